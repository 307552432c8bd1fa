import { startRedis } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { cachePeers } from '../src/cache/peers/cache-peers.ts';

describe.each(cachePeers.map((peer) => [peer.name, peer] as const))('%s', (_, peer) => {
  it('loads once, serves what it has, and loads again after an invalidation', async () => {
    await using redis = await startRedis();
    const settings = { redisUrl: redis.url, ttlMs: 60_000, maxEntries: 1000 };
    const cache = await peer.open(settings);
    let loads = 0;
    const load = (): Promise<unknown> => Promise.resolve({ version: (loads += 1) });
    try {
      expect(await cache.get('key', load)).toEqual({ version: 1 });
      expect(await cache.get('key', load)).toEqual({ version: 1 });
      await cache.invalidate('key');
      expect(await cache.get('key', load)).toEqual({ version: 2 });
      expect(loads).toBe(2);
    } finally {
      await cache.close();
    }
  });
});

const withBus = cachePeers.filter((peer) => peer.withBus);

describe.each(withBus.map((peer) => [peer.name, peer] as const))('two of %s', (_, peer) => {
  it('hear of an invalidation of the other', async () => {
    await using redis = await startRedis();
    const settings = { redisUrl: redis.url, ttlMs: 60_000, maxEntries: 1000 };
    const here = await peer.open(settings);
    const there = await peer.open(settings);
    let version = 1;
    const load = (): Promise<unknown> => Promise.resolve({ version });
    try {
      await here.get('key', load);
      await there.get('key', load);
      version = 2;
      await here.invalidate('key');
      await expect.poll(() => there.get('key', load)).toEqual({ version: 2 });
    } finally {
      await here.close();
      await there.close();
    }
  });

  it('tell of a key once it is gone: whoever reads it then gets the new value', async () => {
    await using redis = await startRedis();
    const settings = { redisUrl: redis.url, ttlMs: 60_000, maxEntries: 1000 };
    let version = 1;
    const load = (): Promise<unknown> => Promise.resolve({ version });
    const reads: { readonly key: string; readonly read: Promise<unknown> }[] = [];
    const here = await peer.open(settings);
    const there = await peer.open({
      ...settings,
      onEvicted: (key) => {
        const read = there.get(key, load);
        // Some tell again of what they have stored themselves: such a read may come to its end with the client.
        read.catch(() => {});
        reads.push({ key, read });
      },
    });
    try {
      await here.get('key', load);
      await there.get('key', load);
      expect(reads).toEqual([]);
      version = 2;
      await here.invalidate('key');
      await expect.poll(() => reads[0]?.key).toBe('key');
      expect(await reads[0]!.read).toEqual({ version: 2 });
    } finally {
      await here.close();
      await there.close();
    }
  });
});
