import { setTimeout as pause } from 'node:timers/promises';

import type { DeliveryPublisher } from './delivery.ts';
import { sentKey } from './sent-key.ts';

/**
 * Publishes evenly over `durationMs`, without waiting for one before the next.
 *
 * @returns how many; all of them are confirmed.
 * @throws what the first publish that failed threw.
 */
export async function publishAtRate(
  publisher: DeliveryPublisher,
  ratePerSecond: number,
  durationMs: number,
): Promise<number> {
  const total = Math.max(1, Math.round((ratePerSecond * durationMs) / 1000));
  const startedAt = performance.now();
  const stop = new AbortController();
  const underWay: Promise<unknown>[] = [];
  while (underWay.length < total && !stop.signal.aborted) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAt) * ratePerSecond) / 1000));
    while (underWay.length < due) {
      const publish = publisher.publish(sentKey(underWay.length));
      // Told below; here it only ends the loop.
      publish.catch(() => stop.abort());
      underWay.push(publish);
    }
    await pause(1);
  }
  await Promise.all(underWay);
  return total;
}
