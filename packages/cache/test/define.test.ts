import { describe, expect, expectTypeOf, it } from 'vitest';

import { bytesCodec, type Codec, compressed, createCache, jsonCodec, type LoadContext, v8Codec } from '../src/index.ts';
import { openCache, rejectionOf } from './open-cache.ts';

describe('Cache.define', () => {
  it('takes its types from the loader', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', {
      ttlMs: 1000,
      load: async (id: string): Promise<{ org: number } | null> => (id === '' ? null : { org: 1 }),
      tags: (user) => (user === null ? [] : [`org:${user.org}`]),
    });
    type Users = typeof users;
    type Rows = typeof rows;
    expectTypeOf<Users['get']>().parameter(0).toBeString();
    expectTypeOf<Users['get']>().returns.resolves.toEqualTypeOf<{ org: number } | null>();
    expectTypeOf<Users['peek']>().returns.toEqualTypeOf<{ org: number } | null | undefined>();
    const rows = open.cache.define('row', { ttlMs: 1000, loadMany: async (ids: readonly number[]) => ids.map(String) });
    expectTypeOf<Rows['getMany']>().parameter(0).toEqualTypeOf<readonly number[]>();
    expectTypeOf<Rows['get']>().returns.resolves.toBeString();
    expect(await rows.get(1)).toBe('1');
    const tagged = open.cache.define('tagged', {
      ttlMs: 1000,
      loadMany: async (ids: readonly number[], { of, signal }) => {
        expectTypeOf(of).parameter(0).toEqualTypeOf<number>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        return ids.map((id) => ({ id, isStale: of(id).stale !== undefined }));
      },
      tags: (value, id) => [`${value.isStale}:${id}`],
    });
    type Tagged = typeof tagged;
    expectTypeOf<Tagged['get']>().parameter(0).toEqualTypeOf<number>();
    expectTypeOf<Tagged['get']>().returns.resolves.toEqualTypeOf<{ id: number; isStale: boolean }>();
    expect(await tagged.getMany([1])).toEqual([{ id: 1, isStale: false }]);
  });

  it('takes its types from a loader that takes its context', async () => {
    await using open = await openCache();
    const find = async (id: string, _options: { signal: AbortSignal }): Promise<{ org: number } | null> =>
      id === '' ? null : { org: 1 };
    const users = open.cache.define('user', {
      ttlMs: 1000,
      load: (id: string, { signal }) => find(id, { signal }),
      tags: (user) => (user === null ? [] : [`org:${user.org}`]),
    });
    type Users = typeof users;
    type Pages = typeof pages;
    expectTypeOf<Users['get']>().parameter(0).toBeString();
    expectTypeOf<Users['get']>().returns.resolves.toEqualTypeOf<{ org: number } | null>();
    const pages = open.cache.define('page', {
      ttlMs: 1000,
      load: (id: string, context: LoadContext<{ text: string }>) => context.stale?.value ?? { text: id },
    });
    expectTypeOf<Pages['get']>().returns.resolves.toEqualTypeOf<{ text: string }>();
    expect([await users.get('1'), await pages.get('a')]).toEqual([{ org: 1 }, { text: 'a' }]);
  });

  it('takes a codec for values of any kind, or of its own kind, and no other', async () => {
    await using open = await openCache();
    const load = async (id: string): Promise<{ id: string }> => ({ id });
    const { cache } = open;
    const own: Codec<{ id: string }> = { ...jsonCodec, name: 'own', decode: (bytes) => ({ id: String(bytes) }) };
    const views = [
      cache.define('any', { ttlMs: 1000, codec: compressed(v8Codec), load }),
      cache.define('own', { ttlMs: 1000, codec: own, load }),
      // @ts-expect-error: it writes bytes, and these are objects
      cache.define('other', { ttlMs: 1000, codec: bytesCodec, load }),
    ];
    expectTypeOf(views[0]!.get('1')).resolves.toEqualTypeOf<{ id: string }>();
    expect(await views[0]!.get('1')).toEqual({ id: '1' });
  });

  it('refuses ids that are lists, and a keyOf that makes no text', async () => {
    await using open = await openCache();
    const pairs = open.cache.define('pair', {
      ttlMs: 1000,
      keyOf: ([a, b]) => `${a}/${b}`,
      load: async (pair: readonly [string, string]) => pair,
    });
    expect(() => pairs.peek(['ab', 'cd'])).toThrow(TypeError('an id must not be an array, in the view "pair"'));
    await expect(pairs.get(['ab', 'cd'])).rejects.toThrow('must not be an array');
    await expect(pairs.invalidate([['ab', 'cd']])).rejects.toThrow('must not be an array');
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      keyOf: (id) => id.number as unknown as string,
      load: async (id: { number: number }) => id.number,
    });
    await expect(rows.get({ number: 5 })).rejects.toThrow('keyOf of the view "row" must return a string, got number');
    await expect(rows.invalidate({ number: 5 })).rejects.toThrow('must return a string');
  });

  it('names ids by keyOf, whatever they are', async () => {
    await using open = await openCache();
    const points = open.cache.define('point', {
      ttlMs: 1000,
      keyOf: ({ x, y }) => `${x},${y}`,
      load: async ({ x, y }: { x: number; y: number }) => x + y,
    });
    expect(await points.get({ x: 1, y: 2 })).toBe(3);
    expect(points.peek({ x: 1, y: 2 })).toBe(3);
    await open.log.publish(['point:1,2']);
    expect(points.peek({ x: 1, y: 2 })).toBeUndefined();
    const upper = open.cache.define('upper', {
      ttlMs: 1000,
      keyOf: (id) => id.toUpperCase(),
      load: async (id: string) => id,
    });
    await upper.get('a');
    expect([upper.peek('A'), upper.peek('a')]).toEqual(['a', 'a']);
    const bare = open.cache.define('bare', { ttlMs: 1000, load: async (id: { a: 1 }) => id });
    await expect(bare.get({ a: 1 })).rejects.toThrow('needs keyOf');
  });

  it('refuses what makes no sense', async () => {
    await using open = await openCache();
    const load = async (id: string): Promise<string> => id;
    const { cache } = open;
    cache.define('a', { ttlMs: 1, load });
    expect(() => cache.define('a', { ttlMs: 1, load })).toThrow('defined already');
    expect(() => cache.define('a:b', { ttlMs: 1, load })).toThrow('the name of a view');
    expect(() => cache.define('b', { ttlMs: 1 })).toThrow('load or loadMany');
    expect(() => cache.define('b', { ttlMs: 0, load })).toThrow('ttlMs must be');
    expect(() => cache.define('b', { ttlMs: 1, jitter: 2, load })).toThrow('jitter must be');
    expect(() => cache.define('b', { ttlMs: 1, isolation: 'copy' as never, load })).toThrow('isolation must be');
    expect(() => cache.define('b', { ttlMs: 1, whenPartitioned: 'x' as never, load })).toThrow(
      'whenPartitioned must be',
    );
    await expect(cache.getOrSet('a:1', () => 1, { ttlMs: 1 })).rejects.toThrow('belongs to the view "a"');
    const { log } = open;
    expect(() => createCache({ log, maxStalenessMs: 10 })).toThrow('maxStalenessMs must be');
    expect(() => createCache({ log, maxEntries: 1.5 })).toThrow('maxEntries must be');
    expect(() => createCache({ log: undefined as never })).toThrow('log must be');
    await using sized = await openCache({ maxBytes: 10 });
    expect(() => sized.cache.define('a', { ttlMs: 1, load })).toThrow('maxBytes needs sizeOf');
    await expect(sized.cache.getOrSet('b', () => 1, { ttlMs: 1 })).rejects.toThrow('maxBytes needs sizeOf');
  });

  it('lets nobody wait for a cache that is closed', async () => {
    const open = await openCache();
    const users = open.cache.define('user', {
      ttlMs: 1000,
      load: (_id: string) => new Promise<string>(() => undefined),
    });
    const waiting = rejectionOf(users.get('1'));
    await open.cache.getOrSet('x', () => 1, { ttlMs: 1000 });
    await Promise.all([open.cache.close(), open.cache.close()]);
    expect(await waiting).toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    await expect(users.get('1')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    await expect(users.invalidate('1')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    await expect(open.cache.sync()).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    expect(users.peek('1')).toBeUndefined();
    expect(open.cache.health()).toMatchObject({ isServing: false, horizonAgeMs: Infinity });
    expect(open.errors).toEqual([]);
  });
});
