import { describe, expect, it } from 'vitest';

import type { LoadContext } from '../../src/index.ts';
import { deferred, openCache } from '../open-cache.ts';

describe('loading', () => {
  it('loads once for all who ask at the same time', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 1000, load: async (id: string) => `${id}${++loads}` });
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => users.get('1'))))).toEqual(new Set(['11']));
  });

  it('keeps null, 0, false and the empty string, and not undefined', async () => {
    await using open = await openCache();
    const values: unknown[] = [null, 0, false, '', undefined];
    let loads = 0;
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      load: async (id: number) => {
        loads++;
        return values[id];
      },
    });
    for (const id of [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]) expect(await rows.get(id)).toBe(values[id]);
    expect(loads).toBe(6);
    expect([rows.peek(0), rows.peek(1), rows.peek(2), rows.peek(3)]).toEqual([null, 0, false, '']);
  });

  it('keeps null and undefined for negativeTtlMs', async () => {
    await using open = await openCache();
    let loads = 0;
    const rows = open.cache.define('row', {
      ttlMs: 60_000,
      negativeTtlMs: 1000,
      load: async (id: string) => {
        loads++;
        return id === 'null' ? null : undefined;
      },
    });
    for (let round = 0; round < 2; round++) expect(await rows.getMany(['null', 'none'])).toEqual([null, undefined]);
    expect(loads).toBe(2);
    expect(await rows.getEntry('none')).toEqual({ value: undefined, isStale: false, source: 'local' });
    await open.clock.advance(1001);
    await rows.getMany(['null', 'none']);
    expect(loads).toBe(4);
  });

  it('lets the loader set the time to live and tags, and keep nothing', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', {
      ttlMs: 60_000,
      load: async (id: string, context) => {
        if (id === 'short') context.setTtl(10);
        if (id === 'skip') context.skipStore();
        if (id === 'tagged') context.setTags(['t']);
        return id;
      },
    });
    await rows.getMany(['short', 'skip', 'tagged']);
    expect(rows.peek('skip')).toBeUndefined();
    expect(rows.peek('short')).toBe('short');
    await open.clock.advance(10);
    expect(rows.peek('short')).toBeUndefined();
    await open.cache.invalidateTags('t');
    expect(rows.peek('tagged')).toBeUndefined();
  });

  it('shortens times to live by up to the jitter', async () => {
    await using open = await openCache({ random: () => 0.5 });
    const rows = open.cache.define('row', { ttlMs: 1000, jitter: 0.2, load: async (id: string) => id });
    await rows.get('1');
    await open.clock.advance(890);
    expect(rows.peek('1')).toBe('1');
    await open.clock.advance(11);
    expect(rows.peek('1')).toBeUndefined();
  });

  it('gives the loader the value of before, which it may say is still right', async () => {
    await using open = await openCache();
    const seen: unknown[] = [];
    const rows = open.cache.define('row', {
      ttlMs: 100,
      graceMs: 1000,
      load: async (_id: string, context: LoadContext<{ etag: number }>): Promise<{ etag: number }> => {
        seen.push(context.stale?.value);
        return context.stale === undefined ? { etag: 1 } : context.keep();
      },
    });
    const first = await rows.get('1');
    await open.clock.advance(101);
    expect(await rows.getEntry('1')).toEqual({ value: first, isStale: false, source: 'loader' });
    expect(seen).toEqual([undefined, first]);
    await rows.invalidate('1');
    await rows.get('1');
    expect(seen[2]).toBeUndefined();
  });

  it('refuses more loads than maxConcurrentLoads', async () => {
    await using open = await openCache({ maxConcurrentLoads: 2 });
    const gate = deferred<string>();
    const rows = open.cache.define('row', { ttlMs: 100, load: (_id: string) => gate.promise });
    const two = [rows.get('1'), rows.get('2'), rows.get('1')];
    await expect(rows.get('3')).rejects.toMatchObject({ code: 'ERR_CACHE_OVERLOADED' });
    gate.resolve('x');
    expect(await Promise.all(two)).toEqual(['x', 'x', 'x']);
    expect(await rows.get('3')).toBe('x');
  });

  it('passes on what the loader throws, and loads again for the next one', async () => {
    await using open = await openCache();
    let loads = 0;
    const rows = open.cache.define('row', {
      ttlMs: 100,
      load: (_id: string): number => {
        if (++loads === 1) throw new RangeError('first');
        return loads;
      },
    });
    await expect(rows.get('1')).rejects.toThrow(new RangeError('first'));
    expect(await rows.get('1')).toBe(2);
  });

  it('isolates by freezing or cloning', async () => {
    await using open = await openCache();
    const load = async (id: string): Promise<{ id: string; list: number[] }> => ({ id, list: [1] });
    const frozen = open.cache.define('frozen', { ttlMs: 100, isolation: 'freeze', load });
    const cloned = open.cache.define('cloned', { ttlMs: 100, isolation: 'clone', load });
    const value = await frozen.get('1');
    expect(() => value.list.push(2)).toThrow('not extensible');
    const half = open.cache.define('half', {
      ttlMs: 100,
      isolation: 'freeze',
      load: async (_id: string) => Object.freeze({ list: [1] }),
    });
    const { list } = await half.get('1');
    expect(() => list.push(2)).toThrow('not extensible');
    const [one, two] = await Promise.all([cloned.get('1'), cloned.get('1')]);
    one.list.push(2);
    cloned.peek('1')!.list.push(3);
    (await cloned.get('1')).list.push(4);
    expect([two.list, cloned.peek('1')!.list]).toEqual([[1], [1]]);
  });
});
