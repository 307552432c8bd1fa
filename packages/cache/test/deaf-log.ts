import { type Clock, withDeadline } from '@lockstep/core';
import { createMemoryLog, type FollowOptions, type InvalidationLog } from '@lockstep/invalidation';

/** A log whose followers can be cut off from it, and which can refuse what is published. */
export interface DeafLog extends InvalidationLog {
  /** Followers hear nothing, and their horizon stays where it is. */
  deafen(): void;
  /** They hear what they missed, then their horizon moves. */
  hear(): void;
  /** What `publish` and `clear` reject with; undefined to take them again. */
  refusal: Error | undefined;
  /** Called before each publish. */
  onPublish: ((keys: readonly unknown[]) => void) | undefined;
}

/** A memory log, or a view of one, with the faults of a network. */
export function createDeafLog(clock: Clock, log: InvalidationLog = createMemoryLog()): DeafLog {
  let deafSince: number | undefined;
  let missed: (() => void)[] = [];
  const deliver = (call: () => void): void => {
    if (deafSince === undefined) call();
    else missed.push(call);
  };
  const deaf: DeafLog = {
    namespace: log.namespace,
    shards: log.shards,
    refusal: undefined,
    onPublish: undefined,
    shardOf: (key) => log.shardOf(key),
    async publish(keys, options) {
      deaf.onPublish?.(keys);
      if (deaf.refusal !== undefined) throw deaf.refusal;
      return log.publish(keys, options);
    },
    async clear(options) {
      if (deaf.refusal !== undefined) throw deaf.refusal;
      return log.clear(options);
    },
    follow(options: FollowOptions) {
      const follower = log.follow({
        ...options,
        onInvalidate: (keys, position, entry) => deliver(() => options.onInvalidate(keys, position, entry)),
        onReset: (reason) => deliver(() => options.onReset(reason)),
      });
      const wakers: (() => void)[] = [];
      const close = async (): Promise<void> => {
        for (const wake of wakers) wake();
        await follower.close();
      };
      return {
        get cursor() {
          return follower.cursor;
        },
        epoch: (shard) => follower.epoch(shard),
        sequence: (shard) => follower.sequence(shard),
        horizonAgeMs: () => (deafSince === undefined ? follower.horizonAgeMs() : clock.monotonic() - deafSince),
        horizonAt: () => (deafSince === undefined ? follower.horizonAt() : deafSince),
        stats: () => follower.stats(),
        ready: follower.ready,
        caughtUpTo: async (position, bounds) => {
          await follower.caughtUpTo(position, bounds);
          if (deafSince === undefined) return;
          const { timeoutMs: ms = 2000 } = bounds ?? {};
          const heard = new Promise<void>((resolve) => {
            missed.push(resolve);
            wakers.push(resolve);
          });
          await withDeadline(heard, { ms, clock, onTimeout: () => new Error('it was not heard') });
        },
        sync: (bounds) => follower.sync(bounds),
        close,
        [Symbol.asyncDispose]: close,
      };
    },
    deafen() {
      deafSince ??= clock.monotonic();
    },
    hear() {
      deafSince = undefined;
      const calls = missed;
      missed = [];
      for (const call of calls) call();
    },
    close: () => log.close(),
    [Symbol.asyncDispose]: () => log.close(),
  };
  return deaf;
}
