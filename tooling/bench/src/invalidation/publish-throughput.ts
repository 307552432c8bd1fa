import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import type { Delivery } from './delivery.ts';
import { sentKey } from './sent-key.ts';

/** Publishes as fast as Redis confirms, so many at a time. Nobody listens. */
export function throughputContestant(delivery: Delivery, concurrency: number): Contestant {
  return {
    name: delivery.name,
    async open(params) {
      const publisher = await delivery.openPublisher(requireParam(params, 'redisUrl'));
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, (index) => publisher.publish(sentKey(index))),
        [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
      };
    },
  };
}
