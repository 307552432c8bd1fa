import { type Cache, type CacheOptions, createCache, redisTier, type View } from '@lockstep/cache';
import { createMemoryLog, createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import { type Item, itemOf } from './workload.ts';

/** A cache of ours with one view. */
export interface LockstepItems extends AsyncDisposable {
  readonly cache: Cache;
  readonly items: View<string, Item>;
}

/** How often a hit looks at the clock. */
export type InMemoryOptions = Pick<CacheOptions, 'clockPer'>;

const ttlMs = 3_600_000;

/** In one process, with the log in its memory. */
export async function openInMemory(maxEntries: number, options: InMemoryOptions = {}): Promise<LockstepItems> {
  const log = createMemoryLog({ namespace: 'bench' });
  const cache = createCache({ ...options, log, maxEntries });
  await cache.ready;
  return {
    cache,
    items: cache.define('item', { ttlMs, load: (id: string) => Promise.resolve(itemOf(id)) }),
    async [Symbol.asyncDispose]() {
      await cache.close();
      await log.close();
    },
  };
}

/** With the log and the shared tier in one Redis. */
export async function openInRedis(redisUrl: string, maxEntries: number): Promise<LockstepItems> {
  const client = new Redis(redisUrl);
  const log = createRedisLog({ client, namespace: 'bench' });
  // What is measured is a hit: a busy machine must not turn it into a load.
  const cache = createCache({ log, shared: redisTier(), maxEntries, sharedTimeoutMs: 10_000 });
  await cache.ready;
  return {
    cache,
    items: cache.define('item', { ttlMs, load: (id: string) => Promise.resolve(itemOf(id)) }),
    async [Symbol.asyncDispose]() {
      await cache.close();
      await log.close();
      client.disconnect();
    },
  };
}
