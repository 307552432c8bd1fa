import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool, type PoolOptions } from '@lockstep/memcache';
import { createMemoryLog } from '@lockstep/invalidation';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createMemcacheNames } from '../../src/shared/memcache-names.ts';
import type { MemcacheTarget } from '../../src/shared/memcache-target.ts';
import { memcacheTier } from '../../src/shared/memcache-tier.ts';
import { formatMemcacheToken, parseMemcacheToken } from '../../src/shared/memcache-token.ts';
import { bound, claimBound, fillOf, openSession, put, textAt, tokenFor } from '../../src/conformance/tier-session.ts';

let server: MemcachedServer;
let pool: MemcachePool;
beforeAll(async () => {
  server = await startMemcached();
  pool = createPool({ ring: createRing([{ host: '127.0.0.1', port: server.port }]) });
});
afterEach(() => pool.flushAll());
afterAll(async () => {
  await pool.close();
  await server.close();
});

describe('memcacheTier()', () => {
  it('works beside a memory log, where it is the cache that knows of tags', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const session = await openSession(log, memcacheTier(pool));
    expect(await put(session, 'k', '1', { tags: ['t'] })).toBe(true);
    const value = (await session.store.get('k', bound))!;
    expect(await session.store.isTagFresh(value, bound)).toBe(false);
    expect(await session.store.isTagFresh({ ...value, tags: [] }, bound)).toBe(true);
    await log.clear();
    await expect.poll(() => textAt(session, 'k')).toBeUndefined();
  });

  it('shows a lease to nobody as a value, and a plain client no value under a name of its own', async () => {
    await using log = createMemoryLog({ namespace: 'a b' });
    const session = await openSession(log, memcacheTier(pool));
    await tokenFor(session, 'k');
    expect(await textAt(session, 'k')).toBeUndefined();
    expect(await pool.get('lockstep:a%20b:d:k')).toBeUndefined();
    expect(await pool.get('k')).toBeUndefined();
  });

  it('keeps nothing before this process knows the epoch', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const blind = await openSession(log, memcacheTier(pool), { follower: { epoch: () => '', sequence: () => 0 } });
    expect(await blind.store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    expect(await textAt(blind, 'k')).toBeUndefined();
  });

  it('loads without a claim where a node stands in for another', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const none = { status: 'miss', flags: 0, cas: 0n, ttlSeconds: 0, mustRefresh: false, isRefreshing: false } as const;
    const standIn: MemcacheTarget = { ...targetOf(pool), read: async () => none };
    const session = await openSession(log, memcacheTier(standIn));
    expect(await session.store.claim('k', claimBound)).toEqual({ kind: 'claimed', token: '' });
    expect(await session.store.fill('k', '', fillOf(session, '1'), bound)).toBe(true);
    expect(await pool.get('lockstep:m:d:k')).toBeUndefined();
  });

  it('does not take a value for that of another key with the same digest', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const session = await openSession(log, memcacheTier(pool));
    const names = createMemcacheNames('lockstep:m:');
    await put(session, 'a b', '1');
    const item = await pool.read(names.value('a b').name);
    await pool.set(names.value('c d').name, item.value!, { ttlSeconds: 60, flags: item.flags });
    expect(await textAt(session, 'a b')).toBe('1');
    expect(await textAt(session, 'c d')).toBeUndefined();
    expect(session.errors).toMatchObject([{ code: 'ERR_CACHE_SHARED_UNREADABLE' }]);
  });

  it('rejects drops and fences that a server did not confirm', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const session = await openSession(log, memcacheTier(pool));
    await server.freeze();
    const short = { timeoutMs: 50 };
    await expect(session.store.drop(['k'], short)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_TIMEOUT' });
    await expect(session.store.fence(['k'], { ...short, id: 'w', ttlMs: 1000 })).rejects.toMatchObject({
      code: 'ERR_MEMCACHE_TIMEOUT',
    });
    await server.thaw();
    await expect.poll(() => session.store.drop(['k'], bound).then(() => 'done')).toBe('done');
  });

  it('keeps the fences of many writers that come and go at once', async () => {
    await using log = createMemoryLog({ namespace: 'm' });
    const { store } = await openSession(log, memcacheTier(pool));
    const ids = Array.from({ length: 8 }, (_, i) => `w${i}`);
    await Promise.all(ids.map((id) => store.fence(['k'], { ...bound, id, ttlMs: 30_000 })));
    await Promise.all(ids.slice(1).map((id) => store.release('k', `!${id}`)));
    expect(await store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    await store.release('k', '!w0');
    expect(await store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
  });

  it('refuses a pool without leases, and names that memcached could not take', () => {
    const plain = { ...targetOf(pool), capabilities: { lease: false, cas: true, meta: true } };
    expect(() => memcacheTier(plain)).toThrow(/meta protocol/);
    for (const prefix of ['', 'a b', 'ä', 'x'.repeat(181)]) {
      expect(() => memcacheTier(pool, { prefix })).toThrow(/prefix/);
    }
    expect(() => memcacheTier(pool, { maxValueBytes: 0 })).toThrow(/maxValueBytes/);
  });
});

describe('memcacheTier() and the failover of its pool', () => {
  it('refuses pools that serve keys elsewhere while their node is down', async () => {
    const ring = createRing([{ host: '127.0.0.1', port: server.port }]);
    const diverting: Partial<PoolOptions>[] = [
      { failover: 'sequence' },
      { failover: 'eject' },
      { failover: 'gutter', gutter: pool },
    ];
    for (const options of diverting) {
      await using other = createPool({ ring, ...options });
      expect(() => memcacheTier(other)).toThrow(TypeError);
    }
    await using patient = createPool({ ring, failover: 'miss' });
    expect(memcacheTier(patient).name).toBe('memcached');
  });
});

describe('the names on memcached', () => {
  it('are different for different keys and kinds, and never longer than memcached takes', () => {
    const names = createMemcacheNames('p'.repeat(180));
    const keys = ['a', 'b', 'a b', 'a\tb', 'é', 'k'.repeat(66), 'k'.repeat(67), 'k'.repeat(68), '#x', ':'];
    const all = keys.flatMap((key) => [names.value(key).name, names.claim(key), names.fence(key)]);
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all.map((name) => name.length))).toBeLessThanOrEqual(250);
    expect(all.every((name) => /^[\x21-\x7e]+$/.test(name))).toBe(true);
  });

  it('carry tokens that are read as they were written', () => {
    const token = { epoch: '0badcafe', cas: 2n ** 63n, generation: 7, id: 'x1' };
    expect(parseMemcacheToken(formatMemcacheToken(token))).toEqual(token);
    expect(parseMemcacheToken('0badcafe:12')).toBeUndefined();
    expect(parseMemcacheToken('')).toBeUndefined();
  });
});

/** A pool as a plain object, to change a call of it. */
function targetOf(whole: MemcachePool): MemcacheTarget {
  return {
    capabilities: whole.capabilities,
    read: (...args) => whole.read(...args),
    add: (...args) => whole.add(...args),
    cas: (...args) => whole.cas(...args),
    delete: (...args) => whole.delete(...args),
    meta: (...args) => whole.meta(...args),
  };
}
