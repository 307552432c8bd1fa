import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import { type Clock, type RedisClient, withDeadline } from '@lockstep/core';

import { COUNT_REQUEST } from './lua/count-request.ts';
import type { RateCount } from './rate-windows.ts';

/** Where requests are counted together, and how long to wait for it. */
export interface RedisRateStoreOptions {
  readonly client: RedisClient;
  readonly keyPrefix: string;
  readonly timeoutMs: number;
  /** After a failure Redis is not asked for this long: a frozen one must not hold every request up. */
  readonly retryMs: number;
  readonly clock: Clock;
}

type RateCallback = (error: Error | null, result?: RateCount) => void;

/** Why a request was not counted while Redis is known to be away. */
export class RedisIsAwayError extends Error {
  override readonly name = 'RedisIsAwayError';
}

/**
 * Makes the class that `@fastify/rate-limit` takes as its store. Redis does the counting, for all
 * processes. It takes any client that has the calls of `RedisClient`, adds no commands to it, and
 * waits no longer than it was told.
 */
export function createRedisRateStore(options: RedisRateStoreOptions): FastifyRateLimitStoreCtor {
  const { client, keyPrefix, timeoutMs, retryMs, clock } = options;
  let isAway = false;
  let askAgainAt = 0;

  async function count(key: string, windowMs: number): Promise<RateCount> {
    if (isAway) {
      if (clock.monotonic() < askAgainAt)
        throw new RedisIsAwayError('the Redis of the limits did not answer a moment ago');
      // This request asks; those beside it do not wait for the answer.
      askAgainAt = clock.monotonic() + retryMs;
    }
    const onTimeout = (): Error =>
      new RedisIsAwayError(`the Redis of the limits did not answer within ${timeoutMs} ms`);
    try {
      const reply = COUNT_REQUEST.run(client, [keyPrefix + key], [windowMs]);
      const [current, ttl] = (await withDeadline(reply, { ms: timeoutMs, onTimeout, clock })) as [number, number];
      isAway = false;
      return { current, ttl };
    } catch (error) {
      isAway = true;
      askAgainAt = clock.monotonic() + retryMs;
      throw error;
    }
  }

  return class RedisRateStore implements FastifyRateLimitStore {
    incr(key: string, callback: RateCallback, windowMs: number): void {
      void this.#count(key, windowMs, callback);
    }

    child(): FastifyRateLimitStore {
      return this;
    }

    async #count(key: string, windowMs: number, callback: RateCallback): Promise<void> {
      let result: RateCount;
      try {
        result = await count(key, windowMs);
      } catch (error) {
        callback(error as Error);
        return;
      }
      callback(null, result);
    }
  };
}
