import { createRing } from '@lockstep/hashring';
import { createMemoryLog, createRedisLog, type InvalidationLog } from '@lockstep/invalidation';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Cache, type CacheOptions, createCache, memcacheTier } from '../../src/index.ts';

let redis: RedisServer;
let memcached: MemcachedServer;
let pool: MemcachePool;
const poolOver = (): MemcachePool =>
  createPool({ ring: createRing([{ host: '127.0.0.1', port: memcached.port }]), timeoutMs: 1000 });

beforeAll(async () => {
  [redis, memcached] = await Promise.all([startRedis(), startMemcached()]);
  pool = poolOver();
});
afterAll(async () => {
  await pool.close();
  await Promise.all([redis.close(), memcached.close()]);
});

async function open(log: InvalidationLog, options: Partial<CacheOptions> = {}): Promise<Cache> {
  const cache = createCache({ log, shared: memcacheTier(pool), onError: () => undefined, ...options });
  await cache.ready;
  return cache;
}

describe('what somebody without the memcached tier invalidates', () => {
  it('is served from memcached by no process, once a publish everywhere has resolved', async () => {
    const client = new Redis(redis.port, '127.0.0.1');
    await using log = createRedisLog({ client, namespace: 'foreign', shards: 2 });
    await using one = await open(log);
    await using two = await open(log);
    let version = 0;
    const views = [one, two].map((cache) => cache.define('user', { ttlMs: 600_000, load: async () => version }));
    const seen: number[] = [];
    const wanted: number[] = [];
    for (let id = 0; id < 20; id++) {
      version = 1;
      await views[0]!.get(String(id));
      await expect.poll(() => views[0]!.peek(String(id))).toBe(1);
      version = 2;
      await log.publish([`user:${id}`], { everywhere: true });
      seen.push(...(await Promise.all(views.map((view) => view.get(String(id))))));
      wanted.push(2, 2);
    }
    expect(seen).toEqual(wanted);
    client.disconnect();
  });

  it('is not read while memcached cannot be told, and is deleted once it can', async () => {
    await using log = createMemoryLog({ namespace: 'foreign-frozen' });
    await using cache = await open(log, { sharedTimeoutMs: 50 });
    let version = 1;
    const view = cache.define('user', { ttlMs: 600_000, load: async () => version });
    await view.get('1');
    await expect.poll(() => view.peek('1')).toBe(1);
    version = 2;
    await memcached.freeze();
    await log.publish(['user:1']);
    expect(await view.get('1')).toBe(2);
    await memcached.thaw();
    const lies = async (): Promise<unknown> => pool.get('lockstep:foreign-frozen:d:user:1').catch(() => 'away');
    await expect.poll(lies).toBeUndefined();
  });

  it('is dropped only once when a cache with the tier invalidates', async () => {
    await using log = createMemoryLog({ namespace: 'foreign-mark' });
    let deletes = 0;
    const { ring, diverts, capabilities } = pool;
    const counting = {
      ring,
      diverts,
      capabilities,
      read: pool.read.bind(pool),
      add: pool.add.bind(pool),
      cas: pool.cas.bind(pool),
      meta: pool.meta.bind(pool),
      delete: (...args: Parameters<MemcachePool['delete']>) => {
        deletes++;
        return pool.delete(...args);
      },
    };
    await using one = await open(log, { shared: memcacheTier(counting) });
    await using two = await open(log, { shared: memcacheTier(counting) });
    await one.invalidate('user:1', { origin: 'me' });
    expect(deletes).toBe(1);
    await log.publish(['user:1'], { origin: 'me' });
    expect(deletes).toBe(3);
    await two.invalidate('user:1');
    expect(deletes).toBe(4);
  });

  it('stays invalidated by its tag, however many other tags are invalidated afterwards', async () => {
    await using log = createMemoryLog({ namespace: 'foreign-tags' });
    await using cache = await open(log);
    let version = 1;
    const view = cache.define('user', { ttlMs: 600_000, load: async () => version, tags: () => ['T'] });
    await view.get('1');
    await expect.poll(() => view.peek('1')).toBe(1);
    version = 2;
    await cache.invalidateTags('T', { everywhere: true });
    for (let from = 0; from < 11_000; from += 1000) {
      await cache.invalidateTags(Array.from({ length: 1000 }, (_, at) => `other-${from + at}`));
    }
    expect(await view.getEntry('1')).toMatchObject({ value: 2, source: 'loader' });
  });
});
