import type { Contestant } from '../harness/bench-case.ts';
import { requireParam } from '../harness/bench-case.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import type { Delivery } from './delivery.ts';
import { startFollowers } from './follower-processes.ts';
import { publishAtRate } from './publish-at-rate.ts';
import { sentKey } from './sent-key.ts';

/** How many hear how much. */
export interface FanOut {
  readonly followers: number;
  readonly ratePerSecond: number;
  readonly heartbeatMs: number;
}

/** What one run of a fan-out found. */
export interface FanOutResult {
  /** From publish to heard, in milliseconds, in ascending order. */
  readonly latencies: readonly number[];
  readonly redisMicrosPerPublish: number;
}

/** Publishes at a rate while followers listen, and reads one figure from it. */
export function fanOutContestant(
  delivery: Delivery,
  fanOut: FanOut,
  read: (result: FanOutResult) => number,
): Contestant {
  const { followers, ratePerSecond, heartbeatMs } = fanOut;
  return {
    name: delivery.name,
    async open(params) {
      const redisUrl = requireParam(params, 'redisUrl');
      const redisPid = Number(requireParam(params, 'redisPid'));
      const listening = await startFollowers({ delivery: delivery.name, redisUrl, followers, heartbeatMs });
      const publisher = await delivery.openPublisher(redisUrl);
      let used = 0;
      return {
        async run(durationMs) {
          const count = Math.max(1, Math.round((ratePerSecond * durationMs) / 1000));
          const keys = Array.from({ length: count }, (_, index) => sentKey(used + index));
          used += count;
          // First here, for one that loads tells the others: then they find it in Redis.
          await publisher.hold?.(keys);
          await listening.begin(keys);
          const before = await processorMicroseconds(redisPid);
          const sentAt = await publishAtRate(publisher, keys, ratePerSecond);
          const latencies = await listening.collect(sentAt);
          const spent = (await processorMicroseconds(redisPid)) - before;
          return read({ latencies: latencies.toSorted((a, b) => a - b), redisMicrosPerPublish: spent / count });
        },
        async [Symbol.asyncDispose]() {
          await publisher[Symbol.asyncDispose]();
          await listening[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** The value below which `share` of a sorted list lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
