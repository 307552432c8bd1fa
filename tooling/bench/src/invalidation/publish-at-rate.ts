import { setTimeout as pause } from 'node:timers/promises';

import type { DeliveryPublisher } from './delivery.ts';
import { machineNow } from './sent-key.ts';

/**
 * Publishes each key once, evenly, without waiting for one before the next.
 *
 * @returns when each was handed over, on the clock of the machine; all of them are confirmed.
 * @throws what the first publish that failed threw.
 */
export async function publishAtRate(
  publisher: DeliveryPublisher,
  keys: readonly string[],
  ratePerSecond: number,
): Promise<ReadonlyMap<string, number>> {
  const startedAt = performance.now();
  const stop = new AbortController();
  const sentAt = new Map<string, number>();
  const underWay: Promise<unknown>[] = [];
  while (underWay.length < keys.length && !stop.signal.aborted) {
    const due = Math.min(keys.length, 1 + Math.floor(((performance.now() - startedAt) * ratePerSecond) / 1000));
    while (underWay.length < due) {
      const key = keys[underWay.length]!;
      sentAt.set(key, machineNow());
      const publish = publisher.publish(key);
      // Told below; here it only ends the loop.
      publish.catch(() => stop.abort());
      underWay.push(publish);
    }
    await pause(1);
  }
  await Promise.all(underWay);
  return sentAt;
}
