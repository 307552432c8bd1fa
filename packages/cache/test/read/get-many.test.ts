import { sleep } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import type { LoadManyContext } from '../../src/index.ts';
import type { SharedFill } from '../../src/shared/shared-tier.ts';
import { settle } from '../fake-clock.ts';
import { deferred, openCache, rejectionOf } from '../open-cache.ts';
import { createStubTier } from '../stub-tier.ts';

describe('View.getMany', () => {
  it('brings all that is missing by one call, in the order of the ids, and asks for nothing twice', async () => {
    await using open = await openCache();
    const calls: (readonly number[])[] = [];
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: async (ids: readonly number[]) => {
        calls.push([...ids]);
        return ids.map((id) => `v${id}`);
      },
    });
    expect(await rows.get(2)).toBe('v2');
    expect(await rows.getMany([3, 2, 1, 3])).toEqual(['v3', 'v2', 'v1', 'v3']);
    expect(calls).toEqual([[2], [3, 1]]);
    expect(await rows.getMany([])).toEqual([]);
    expect(open.cache.stats().loads).toBe(2);
  });

  it('takes a Map, of which what is missing is undefined', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: async (ids: readonly number[]): Promise<ReadonlyMap<number, string | undefined>> =>
        new Map(ids.filter((id) => id !== 2).map((id) => [id, `v${id}`])),
    });
    expect(await rows.getMany([1, 2])).toEqual(['v1', undefined]);
    expect([rows.peek(1), rows.peek(2)]).toEqual(['v1', undefined]);
  });

  it('waits for what others bring already', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    const asked: string[] = [];
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      load: (_id: string) => gate.promise,
      loadMany: (ids: readonly string[]) => {
        asked.push(...ids);
        return [...ids];
      },
    });
    const single = rows.get('1');
    const many = rows.getMany(['1', '2']);
    gate.resolve('one');
    expect([await single, await many]).toEqual(['one', ['one', '2']]);
    expect(asked).toEqual(['2']);
  });

  it('fails the ids for which an Error came, and keeps the others', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: (ids: readonly string[]) => ids.map((id) => (id === 'bad' ? new Error('bad') : id)),
    });
    await expect(rows.getMany(['a', 'bad'])).rejects.toThrow('bad');
    expect(rows.peek('a')).toBe('a');
  });

  it('rejects for a loader that brings the wrong number of values', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', { ttlMs: 1000, loadMany: (_ids: readonly string[]) => ['a'] });
    await expect(rows.getMany(['a', 'b'])).rejects.toThrow('as many values as ids (2)');
  });

  it('keeps nothing of an id that was invalidated meanwhile', async () => {
    await using open = await openCache();
    const gate = deferred<void>();
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: async (ids: readonly string[]) => {
        await gate.promise;
        return [...ids];
      },
    });
    const many = rows.getMany(['a', 'b']);
    await rows.invalidate('a');
    gate.resolve();
    await many;
    expect([rows.peek('a'), rows.peek('b')]).toEqual([undefined, 'b']);
  });

  it('loads 50 ids at a time where there is no loadMany, however many there are', async () => {
    await using open = await openCache({ maxConcurrentLoads: 60 });
    let running = 0;
    let most = 0;
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      load: async (id: number) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        if (id === 7) throw new Error('seven');
        return id;
      },
    });
    const ids = Array.from({ length: 500 }, (_, id) => id + 10);
    expect(await rows.getMany(ids)).toEqual(ids);
    expect(most).toBe(50);
    await expect(rows.getMany([7, 8])).rejects.toThrow('seven');
  });

  it('gives each load its whole time, and claims none before its turn', async () => {
    let claims = 0;
    const shared = createStubTier({ claim: async () => ({ kind: 'claimed', token: `t${++claims}` }) });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      hardTimeoutMs: 500,
      load: (id: number) => sleep(100, { clock: open.clock }).then(() => id),
    });
    const ids = Array.from({ length: 400 }, (_, id) => id);
    const many = rows.getMany(ids);
    await open.clock.advance(99);
    expect(claims).toBe(50);
    expect(await open.clock.during(800, many)).toEqual(ids);
  });

  it('ends those that wait for their turn when the cache is closed', async () => {
    const open = await openCache();
    const rows = open.cache.define('row', { ttlMs: 1000, load: (_id: number) => new Promise<string>(() => undefined) });
    const many = rejectionOf(rows.getMany(Array.from({ length: 60 }, (_, id) => id)));
    await open.cache.close();
    expect(await many).toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });

  it('aborts the call when all of its ids were given up', async () => {
    await using open = await openCache();
    let signal: AbortSignal | undefined;
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      hardTimeoutMs: 100,
      loadMany: (_ids: readonly string[], context) => {
        ({ signal } = context);
        return new Promise<string[]>(() => undefined);
      },
    });
    const many = rejectionOf(rows.getMany(['a', 'b']));
    await open.clock.advance(100);
    expect(await many).toMatchObject({ code: 'ERR_CACHE_LOAD_TIMEOUT' });
    expect(signal?.aborted).toBe(true);
  });
});

/** A shared tier that only notes what it is filled with, by key. */
const keepFills = (fills: Map<string, SharedFill>): ReturnType<typeof createStubTier> =>
  createStubTier({ fill: async (key, _token, fill) => fills.set(key, fill).size > 0 });

describe('the context of loadMany', () => {
  it('gives one id its tags, here and in the shared tier', async () => {
    const fills = new Map<string, SharedFill>();
    await using open = await openCache({ shared: keepFills(fills) });
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: (ids: readonly string[], { of }) => {
        of('b').setTags(['org:1']);
        return [...ids];
      },
    });
    await rows.getMany(['a', 'b', 'c']);
    await expect.poll(() => rows.size).toBe(3);
    expect(Array.from(fills, ([key, { tags }]) => [key, tags])).toEqual([
      ['row:a', ['@view:row']],
      ['row:b', ['org:1', '@view:row']],
      ['row:c', ['@view:row']],
    ]);
    await open.cache.invalidateTags('org:1');
    expect(['a', 'b', 'c'].map((id) => rows.peek(id))).toEqual(['a', undefined, 'c']);
  });

  it('gives one id its time to live, and keeps another nowhere', async () => {
    const fills = new Map<string, SharedFill>();
    await using open = await openCache({ shared: keepFills(fills) });
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: (ids: readonly number[], { of }) => {
        of(1).setTtl(50);
        of(2).skipStore();
        return new Map(ids.map((id) => [id, `v${id}`]));
      },
    });
    expect(await rows.getMany([1, 2, 3])).toEqual(['v1', 'v2', 'v3']);
    await settle();
    expect(Array.from(fills, ([key, { ttlMs }]) => [key, ttlMs])).toEqual([
      ['row:1', 50],
      ['row:3', 1000],
    ]);
    expect([1, 2, 3].map((id) => rows.peek(id))).toEqual(['v1', undefined, 'v3']);
    await open.clock.advance(51);
    expect([1, 2, 3].map((id) => rows.peek(id))).toEqual([undefined, undefined, 'v3']);
  });

  it('has the stale value of each id, and keeps it', async () => {
    await using open = await openCache();
    const seen: unknown[] = [];
    const rows = open.cache.define('row', {
      ttlMs: 100,
      graceMs: 1000,
      loadMany: async (ids: readonly string[], context: LoadManyContext<string, { etag: string }>) =>
        ids.map((id) => {
          const own = context.of(id);
          seen.push(own.stale?.value);
          return own.stale === undefined ? { etag: id } : own.keep();
        }),
    });
    const first = await rows.get('a');
    await open.clock.advance(101);
    expect((await rows.getMany(['a', 'b']))[0]).toBe(first);
    expect(seen).toEqual([undefined, first, undefined]);
    expect(rows.peek('a')).toBe(first);
  });

  it('is the same for get, and finds an id by what keyOf makes of it', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: (ids: readonly { place: number }[], { signal, of }) => {
        for (const { place } of ids) of({ place }).setTags([`place:${place}`]);
        return ids.map(({ place }) => (signal.aborted ? -1 : place));
      },
      keyOf: ({ place }) => String(place),
    });
    expect([await rows.get({ place: 1 }), await rows.getMany([{ place: 2 }, { place: 3 }])]).toEqual([1, [2, 3]]);
    await open.cache.invalidateTags(['place:1', 'place:2']);
    expect([1, 2, 3].map((place) => rows.peek({ place }))).toEqual([undefined, undefined, 3]);
  });

  it('refuses an id that the call is not to bring', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      loadMany: (ids: readonly string[], { of }) => {
        of('other').skipStore();
        return [...ids];
      },
    });
    await expect(rows.getMany(['a', 'b'])).rejects.toThrow('not to bring "other"');
    await expect(rows.get('a')).rejects.toThrow('not to bring "other"');
  });
});
