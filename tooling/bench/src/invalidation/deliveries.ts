import type { Delivery } from './delivery.ts';
import { libraryDelivery } from './library-delivery.ts';
import { lockstepDelivery } from './lockstep-delivery.ts';
import { pubsubDelivery } from './pubsub-delivery.ts';
import { streamDelivery } from './stream-delivery.ts';

// Loaded where they are opened: all of them together take a process a second to start.

/** Our cache, whole. */
export const lockstepCache: Delivery = libraryDelivery(
  '@lockstep/cache',
  async () => (await import('../cache-faults/lockstep-peer.ts')).lockstepPeer,
);

/** The other cache libraries whose processes hear of each other. With the rest there is no eviction to wait for. */
export const otherCaches: readonly Delivery[] = [
  libraryDelivery('bentocache', async () => (await import('../cache/peers/bentocache-peer.ts')).bentocachePeer),
  libraryDelivery('cacheable', async () => (await import('../cache/peers/cacheable-peer.ts')).cacheablePeer),
  libraryDelivery(
    'node-redis client-side caching',
    async () => (await import('../cache/peers/node-redis-peer.ts')).nodeRedisPeer,
  ),
  libraryDelivery('lru-cache + pub/sub', async () => (await import('../cache/peers/pubsub-peer.ts')).pubsubPeer),
];

/** Everything that is compared. */
const deliveries: readonly Delivery[] = [
  lockstepDelivery,
  pubsubDelivery,
  streamDelivery,
  lockstepCache,
  ...otherCaches,
];

/** @throws Error when there is no such delivery. */
export function findDelivery(name: string): Delivery {
  const delivery = deliveries.find((one) => one.name === name);
  if (delivery === undefined) throw new Error(`there is no delivery ${name}`);
  return delivery;
}
