import { describe, expect, it } from 'vitest';

import type { SharedValue } from '../../src/shared/shared-tier.ts';
import { openCache } from '../open-cache.ts';
import { createStubTier, sharedValue } from '../stub-tier.ts';

/** A view whose loader counts its calls, over a shared tier that holds what is filled. */
async function openCounter() {
  const held = new Map<string, SharedValue>();
  const shared = createStubTier({
    get: async (key) => held.get(key),
    getMany: async (keys) => keys.map((key) => held.get(key)),
    fill: async (key, _token, { bytes, ttlMs }) => held.set(key, sharedValue(0, { bytes, freshForMs: ttlMs })).size > 0,
  });
  const open = await openCache({ shared });
  let loads = 0;
  const load = async (_id: string): Promise<number> => ++loads;
  const counter = open.cache.define('counter', { ttlMs: 1000, load });
  return { ...open, held, load, counter, [Symbol.asyncDispose]: () => open.cache.close() };
}

describe('a call with skipLocal', () => {
  it('keeps what get brings in the shared tier only', async () => {
    await using open = await openCounter();
    const { counter, held } = open;
    expect(await counter.get('1', { skipLocal: true })).toBe(1);
    await expect.poll(() => held.size).toBe(1);
    expect(await counter.getEntry('1', { skipLocal: true })).toMatchObject({ value: 1, source: 'shared' });
    expect(counter.size).toBe(0);
    expect(await counter.getEntry('1')).toMatchObject({ value: 1, source: 'shared' });
    expect(counter.peek('1')).toBe(1);
  });

  it('does not read what this process holds, and leaves it there', async () => {
    await using open = await openCounter();
    const { counter, held } = open;
    await counter.get('1');
    await expect.poll(() => counter.size).toBe(1);
    held.set('counter:1', sharedValue('shared'));
    expect(await counter.get('1', { skipLocal: true })).toBe('shared');
    expect(counter.peek('1')).toBe(1);
  });

  it('may be getMany', async () => {
    await using open = await openCounter();
    const { counter, held } = open;
    await counter.get('1');
    await expect.poll(() => counter.size).toBe(1);
    held.set('counter:1', sharedValue('shared'));
    expect(await counter.getMany(['1', '2', '3'], { skipLocal: true })).toEqual(['shared', 2, 3]);
    await expect.poll(() => held.size).toBe(3);
    expect(counter.size).toBe(1);
  });

  it('may be getOrSet', async () => {
    await using open = await openCounter();
    const { cache, held, load } = open;
    const options = { ttlMs: 1000, skipLocal: true };
    expect(await cache.getOrSet('k', () => load('k'), options)).toBe(1);
    await expect.poll(() => held.size).toBe(1);
    held.clear();
    // This process holds nothing: it would be served here.
    expect(await cache.getOrSet('k', () => load('k'), { ttlMs: 1000 })).toBe(2);
    await expect.poll(() => held.size).toBe(1);
    held.set('k', sharedValue('shared'));
    expect(await cache.getOrSet('k', () => load('k'), options)).toBe('shared');
    expect(await cache.getOrSet('k', () => load('k'), { ttlMs: 1000 })).toBe(2);
  });

  it('drops what this process holds where it loads by force', async () => {
    await using open = await openCounter();
    const { counter } = open;
    await counter.get('1');
    await expect.poll(() => counter.size).toBe(1);
    expect(await counter.get('1', { skipLocal: true, forceLoad: true })).toBe(2);
    await expect.poll(() => counter.size).toBe(0);
    expect(await counter.getEntry('1')).toMatchObject({ value: 2, source: 'shared' });
  });

  it('gets no stale value of this process', async () => {
    await using open = await openCache();
    let isDown = false;
    const rows = open.cache.define('row', {
      ttlMs: 100,
      graceMs: 60_000,
      whenPartitioned: 'stale',
      load: async (_id: string) => {
        if (isDown) throw new Error('down');
        return 'value';
      },
    });
    await rows.get('1');
    isDown = true;
    await open.clock.advance(101);
    expect(await rows.getEntry('1')).toMatchObject({ value: 'value', isStale: true });
    await expect(rows.get('1', { skipLocal: true })).rejects.toThrow('down');
    // Nor while the log is not heard.
    open.log.deafen();
    await open.clock.advance(5000);
    expect(await rows.getEntry('1')).toMatchObject({ value: 'value', isStale: true, source: 'local' });
    await expect(rows.get('1', { skipLocal: true })).rejects.toThrow('down');
  });
});
