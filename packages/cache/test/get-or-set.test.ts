import { describe, expect, expectTypeOf, it } from 'vitest';

import { bytesCodec, compressed, encrypted, jsonCodec } from '../src/index.ts';
import type { SharedValue } from '../src/shared/shared-tier.ts';
import { settle } from './fake-clock.ts';
import { openCache } from './open-cache.ts';
import { createStubTier } from './stub-tier.ts';

/** A shared tier that holds what is filled, by key and form. */
function createHoldingTier() {
  const held = new Map<string, SharedValue>();
  const shared = createStubTier({
    get: async (key, { form }) => held.get(`${key} ${form?.name}`),
    fill: async (key, _token, { bytes, ttlMs, tags, tagEpoch, tagSequence }, { form }) => {
      held.set(`${key} ${form?.name}`, { bytes, freshForMs: ttlMs, tags, tagEpoch, tagSequence });
      return true;
    },
  });
  return { held, shared };
}

describe('Cache.getOrSet', () => {
  it('writes by its codec and version, and reads what another process has written so', async () => {
    const { held, shared } = createHoldingTier();
    const codec = encrypted(compressed(jsonCodec, { aboveBytes: 0 }), { keys: { a: Buffer.alloc(32) }, current: 'a' });
    const load = (): { text: string } => ({ text: 'x'.repeat(500) });
    await using one = await openCache({ shared });
    await one.cache.getOrSet('k', load, { ttlMs: 1000, codec, version: 3 });
    await settle();
    expect(Array.from(held.keys())).toEqual(['k json+gzip+gcm@3']);
    expect((held.get('k json+gzip+gcm@3')!.bytes as Buffer).length).toBeLessThan(200);
    await using other = await openCache({ shared });
    const never = (): { text: string } => ({ text: 'loaded' });
    expect(await other.cache.getOrSet('k', never, { ttlMs: 1000, codec, version: 3 })).toEqual(load());
    await using newer = await openCache({ shared });
    expect(await newer.cache.getOrSet('k', never, { ttlMs: 1000, codec, version: 4 })).toEqual(never());
  });

  it('takes its types from the loader', async () => {
    await using open = await openCache();
    const bytes = open.cache.getOrSet('k', async () => new Uint8Array(3), {
      ttlMs: 1000,
      codec: bytesCodec,
      sizeOf: (value) => value.length,
      tags: (value) => [`length:${value.length}`],
    });
    expectTypeOf(bytes).resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expect(await bytes).toHaveLength(3);
    // @ts-expect-error: it writes bytes, and this is text
    const text = open.cache.getOrSet('text', () => 'text', { ttlMs: 1000, codec: bytesCodec, shared: false });
    expect(await text).toBe('text');
    await open.cache.invalidateTags('length:3');
    expect(await open.cache.getOrSet('k', () => 'anew', { ttlMs: 1000 })).toBe('anew');
  });

  it('keeps to itself what is not to be shared', async () => {
    const { held, shared } = createHoldingTier();
    await using open = await openCache({ shared });
    await open.cache.getOrSet('k', () => 1, { ttlMs: 1000, shared: false });
    await settle();
    expect(held.size).toBe(0);
    expect(await open.cache.getOrSet('k', () => 2, { ttlMs: 1000, shared: false })).toBe(1);
  });

  it('keeps values apart as it is told: shared, frozen or cloned', async () => {
    await using open = await openCache();
    const { cache } = open;
    const load = (): { n: number } => ({ n: 1 });
    const shared = await cache.getOrSet('s', load, { ttlMs: 1000 });
    expect(await cache.getOrSet('s', load, { ttlMs: 1000 })).toBe(shared);
    expect(await cache.getOrSet('s', load, { ttlMs: 1000, isolation: 'clone' })).not.toBe(shared);
    expect(Object.isFrozen(await cache.getOrSet('f', load, { ttlMs: 1000, isolation: 'freeze' }))).toBe(true);
    const cloned = await cache.getOrSet('c', load, { ttlMs: 1000, isolation: 'clone' });
    cloned.n = 2;
    expect(await cache.getOrSet('c', load, { ttlMs: 1000, isolation: 'clone' })).toEqual({ n: 1 });
  });

  it('counts values by its own measure, and needs one where bytes are bounded', async () => {
    await using open = await openCache({ maxBytes: 100 });
    const { cache } = open;
    const sizeOf = (text: string): number => text.length;
    const text = 'x'.repeat(60);
    await cache.getOrSet('a', () => text, { ttlMs: 1000, sizeOf });
    await cache.getOrSet('b', () => text, { ttlMs: 1000, sizeOf });
    expect(await cache.getOrSet('a', () => 'anew', { ttlMs: 1000, sizeOf })).toBe('anew');
    await expect(cache.getOrSet('c', () => text, { ttlMs: 1000 })).rejects.toThrow('or in the call of getOrSet');
  });

  it('has a policy of its own: idle time, jitter, refreshing ahead, negative values', async () => {
    await using open = await openCache({ random: () => 0.999 });
    const { cache, clock } = open;
    let loads = 0;
    const load = (): number => ++loads;
    await cache.getOrSet('idle', load, { ttlMs: 1000, idleMs: 100 });
    for (let at = 0; at < 300; at += 60) {
      await clock.advance(60);
      expect(await cache.getOrSet('idle', load, { ttlMs: 1000 })).toBe(1);
    }
    await clock.advance(101);
    expect(await cache.getOrSet('idle', load, { ttlMs: 1000, jitter: 0.5 })).toBe(2);
    await clock.advance(510);
    expect(await cache.getOrSet('idle', load, { ttlMs: 1000, refreshAhead: 0.5 })).toBe(3);
    await clock.advance(501);
    expect(await cache.getOrSet('idle', load, { ttlMs: 1000 })).toBe(3);
    await settle();
    expect(await cache.getOrSet('idle', load, { ttlMs: 1000 })).toBe(4);
    await cache.getOrSet('none', () => undefined, { ttlMs: 1000, negativeTtlMs: 500 });
    expect(await cache.getOrSet<unknown>('none', load, { ttlMs: 1000 })).toBeUndefined();
    expect(loads).toBe(4);
  });

  it('loads anew where it is told to, and heeds its signal where the value is held', async () => {
    await using open = await openCache();
    const { cache } = open;
    let loads = 0;
    const load = (): number => ++loads;
    await cache.getOrSet('k', load, { ttlMs: 1000 });
    expect(await cache.getOrSet('k', load, { ttlMs: 1000, forceLoad: true })).toBe(2);
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(cache.getOrSet('k', load, { ttlMs: 1000, signal })).rejects.toThrow('gone');
    expect(cache.stats().localHits).toBe(0);
    await cache.getOrSet('k', load, { ttlMs: 1000 });
    expect(cache.stats().localHits).toBe(1);
  });

  it('is reached by key, by tag and by the clear of a view of that name', async () => {
    await using open = await openCache();
    const { cache, log } = open;
    let loads = 0;
    const get = (): Promise<number> => cache.getOrSet('page:1', () => ++loads, { ttlMs: 1000, tags: ['t'] });
    await get();
    await log.publish(['page:1']);
    expect(await get()).toBe(2);
    await log.publish([], { tags: ['t'] });
    expect(await get()).toBe(3);
    await log.publish([], { tags: ['@view:page'] });
    expect(await get()).toBe(4);
  });
});
