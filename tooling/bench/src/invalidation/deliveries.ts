import { cacheDelivery } from './cache-delivery.ts';
import type { Delivery } from './delivery.ts';
import { lockstepDelivery } from './lockstep-delivery.ts';
import { pubsubDelivery } from './pubsub-delivery.ts';
import { streamDelivery } from './stream-delivery.ts';

/** Everything that is compared. */
export const deliveries: readonly Delivery[] = [lockstepDelivery, cacheDelivery, pubsubDelivery, streamDelivery];

/** @throws Error when there is no such delivery. */
export function findDelivery(name: string): Delivery {
  const delivery = deliveries.find((one) => one.name === name);
  if (delivery === undefined) throw new Error(`there is no delivery ${name}`);
  return delivery;
}
