import type { RedisClient } from '@lockstep/core';

import { InvalidationError } from './invalidation-error.ts';
import { keysAsStrings } from './invalidation-key.ts';
import type { Follower, InvalidationLog } from './invalidation-log.ts';
import { createPublisher } from './publisher.ts';
import { followStream } from './redis-follower.ts';

/** Where the log lies and how long it is. */
export interface RedisLogOptions {
  /** You own it: the log never closes it, and makes the connections of its followers by `duplicate()`. */
  readonly client: RedisClient;
  /** Names the log: the stream is `{lockstep:<namespace>}:invalidations`. */
  readonly namespace: string;
  /** About how many entries to keep. A follower that was away for longer is reset. @default 100_000 */
  readonly maxEntries?: number;
  /** How long a publish may take, and how much longer than its block time a read. @default 2000 */
  readonly timeoutMs?: number;
}

/**
 * An invalidation log on a Redis Stream. Nothing is sent before the first `publish` or `follow`.
 *
 * @throws RangeError for an empty namespace, or `maxEntries` or `timeoutMs` that is not positive.
 */
export function createRedisLog(options: RedisLogOptions): InvalidationLog {
  const { client, namespace, maxEntries = 100_000, timeoutMs = 2000 } = options;
  if (namespace === '') throw new RangeError('namespace must not be empty');
  if (!(Number.isInteger(maxEntries) && maxEntries >= 1)) {
    throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
  }
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive, got ${timeoutMs}`);
  const stream = `{lockstep:${namespace}}:invalidations`;
  const publisher = createPublisher({ client, stream, maxEntries, timeoutMs });
  const followers = new Set<Follower>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed');
  }

  const log: InvalidationLog = {
    async publish(keys, { signal } = {}) {
      assertOpen();
      return publisher.publish(keysAsStrings(keys), signal);
    },
    follow(followOptions) {
      assertOpen();
      const onClosed = (follower: Follower): void => void followers.delete(follower);
      const started = followStream({ client, stream, timeoutMs, onClosed }, followOptions);
      followers.add(started);
      return started;
    },
    async close() {
      isClosed = true;
      await publisher.drain();
      await Promise.all(Array.from(followers, (follower) => follower.close()));
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}
