import { describe, expect, it } from 'vitest';

import { deferred, openCache } from '../open-cache.ts';
import { createStubTier } from '../stub-tier.ts';

describe('coherence of one process', () => {
  it('gives the value of a load that an invalidation overtook to those who waited, and keeps nothing of it', async () => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: (_id: string) => gates[loads++]!.promise });
    const early = users.get('1');
    await open.log.publish(['user:1']);
    const late = users.get('1');
    gates[0]!.resolve('old');
    expect(await early).toBe('old');
    expect(users.peek('1')).toBeUndefined();
    gates[1]!.resolve('new');
    expect(await late).toBe('new');
    expect(users.peek('1')).toBe('new');
    expect(loads).toBe(2);
    expect(open.cache.stats().fillsRefused).toBe(1);
  });

  it('does not let a read that begins after an invalidation join the load of before', async () => {
    await using open = await openCache();
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: (_id: string) => gates[loads++]!.promise });
    const early = users.get('1');
    await users.invalidate('1');
    const late = users.get('1');
    gates[1]!.resolve('new');
    expect(await late).toBe('new');
    gates[0]!.resolve('old');
    expect(await early).toBe('old');
    expect(users.peek('1')).toBe('new');
  });

  it('forgets everything and detaches every load on a reset', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    const users = open.cache.define('user', {
      ttlMs: 60_000,
      load: (id: string) => (id === 'slow' ? gate.promise : id),
    });
    await users.get('1');
    const slow = users.get('slow');
    await open.log.clear();
    expect(users.peek('1')).toBeUndefined();
    gate.resolve('old');
    expect(await slow).toBe('old');
    expect(users.peek('slow')).toBeUndefined();
    expect(open.cache.stats().resets).toBe(1);
  });

  it('forgets what carries a tag, and does not keep what was being loaded with it', async () => {
    await using open = await openCache();
    const gate = deferred<string>();
    const users = open.cache.define('user', {
      ttlMs: 60_000,
      load: (id: string) => (id === 'slow' ? gate.promise : id),
      tags: (value) => [value === 'b' ? 'org:2' : 'org:1'],
    });
    await users.getMany(['a', 'b']);
    const slow = users.get('slow');
    await open.log.publish([], { tags: ['org:1'] });
    expect([users.peek('a'), users.peek('b')]).toEqual([undefined, 'b']);
    const later = users.get('slow');
    gate.resolve('c');
    expect(await Promise.all([slow, later])).toEqual(['c', 'c']);
    // The first began before the invalidation of its tag, the second after it.
    expect(open.cache.stats().fillsRefused).toBe(1);
    expect(users.peek('slow')).toBe('c');
  });

  it('clears a view and leaves the others', async () => {
    await using open = await openCache();
    const a = open.cache.define('a', { ttlMs: 60_000, load: (id: string) => id });
    const b = open.cache.define('b', { ttlMs: 60_000, load: (id: string) => id });
    await a.get('1');
    await b.get('1');
    await a.clear();
    expect([a.peek('1'), b.peek('1')]).toEqual([undefined, '1']);
    await open.cache.clear();
    expect(b.peek('1')).toBeUndefined();
  });

  it('hears of ids with colons, numbers and keys of getOrSet', async () => {
    await using open = await openCache();
    const rows = open.cache.define('row', { ttlMs: 60_000, load: (id: string | number) => String(id) });
    await rows.get('a:b');
    await rows.get(42);
    expect(rows.peek('42')).toBe('42');
    await open.cache.getOrSet('x:y', () => 1, { ttlMs: 1000 });
    await open.log.publish(['row:a:b', 'row:42', 'x:y']);
    expect([rows.peek('a:b'), rows.peek(42), rows.size]).toEqual([undefined, undefined, 0]);
    expect(await open.cache.getOrSet('x:y', () => 2, { ttlMs: 1000 })).toBe(2);
  });

  it('clears what getOrSet holds under the name of a view that only another process has', async () => {
    const filled: (readonly string[])[] = [];
    const shared = createStubTier({ fill: async (_key, _token, { tags }) => filled.push(tags) > 0 });
    await using open = await openCache({ shared });
    await using other = await openCache({}, { clock: open.clock, log: open.log });
    const rows = other.cache.define('row', { ttlMs: 60_000, load: async (id: string) => id });
    let loads = 0;
    const read = (key: string): Promise<number> => open.cache.getOrSet(key, () => ++loads, { ttlMs: 60_000 });
    const first = [await read('row:1'), await read('rows:1'), await read(':1')];
    await open.clock.advance(0);
    expect([await read('row:1'), await read('rows:1'), await read(':1')]).toEqual(first);
    await rows.clear();
    expect([await read('row:1'), await read('rows:1'), await read(':1')]).toEqual([4, 2, 3]);
    expect(filled.slice(0, 3)).toEqual([['@view:row'], ['@view:rows'], []]);
  });
});
