import { describe, expect, it } from 'vitest';

import { openCache, deferred } from '../open-cache.ts';

describe('while the log is not heard', () => {
  it('serves what it holds for maxStalenessMs, then asks the loader and keeps nothing', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => ++loads });
    await users.get('1');
    open.log.deafen();
    await open.clock.advance(1990);
    expect(users.peek('1')).toBe(1);
    await open.clock.advance(10);
    expect(users.peek('1')).toBeUndefined();
    expect([await users.get('1'), await users.get('1')]).toEqual([2, 3]);
    expect(open.cache.health()).toMatchObject({ isServing: false });
    open.log.hear();
    await open.clock.advance(1);
    expect(users.peek('1')).toBe(1);
    expect(open.cache.stats().partitionedReads).toBe(2);
  });

  it('serves what it holds, marked, by whenPartitioned: stale', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    const users = open.cache.define('user', {
      ttlMs: 60_000,
      whenPartitioned: 'stale',
      load: async (id: string) => id,
    });
    await users.get('1');
    open.log.deafen();
    await open.clock.advance(5000);
    expect(await users.getEntry('1')).toEqual({ value: '1', isStale: true, source: 'local' });
    expect(users.peek('1')).toBeUndefined();
    expect(await users.getEntry('2')).toEqual({ value: '2', isStale: false, source: 'loader' });
  });

  it('rejects by whenPartitioned: throw', async () => {
    await using open = await openCache({ maxStalenessMs: 2000, whenPartitioned: 'throw' });
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    open.log.deafen();
    await open.clock.advance(5000);
    await expect(users.get('1')).rejects.toMatchObject({ code: 'ERR_CACHE_PARTITIONED', keys: ['user:1'] });
    expect(await users.get('1', { whenPartitioned: 'origin' })).toBe('1');
  });

  it('gives nobody what was read before he asked, and loads once for all who come meanwhile', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    const gates = [deferred<string>(), deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: (_id: string) => gates[loads++]!.promise });
    const first = users.get('1');
    open.log.deafen();
    await open.clock.advance(2000);
    const others = [users.get('1'), users.get('1')];
    await open.clock.advance(10);
    expect(loads).toBe(1);
    gates[0]!.resolve('old');
    expect(await first).toBe('old');
    await open.clock.advance(1);
    expect(loads).toBe(2);
    const last = users.get('1');
    gates[1]!.resolve('new');
    gates[2]!.resolve('newer');
    expect(await Promise.all([...others, last])).toEqual(['new', 'new', 'newer']);
  });

  it('waits no longer than maxStalenessMs for a load under way', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: (_id: string) => gates[loads++]!.promise });
    const first = users.get('1');
    open.log.deafen();
    await open.clock.advance(2000);
    const second = users.get('1');
    gates[1]!.resolve('new');
    await open.clock.advance(2000);
    expect(await second).toBe('new');
    gates[0]!.resolve('old');
    expect(await first).toBe('old');
  });

  it('joins no load that began in that time, also when the log is heard again', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    const gates = [deferred<string>(), deferred<string>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: (_id: string) => gates[loads++]!.promise });
    open.log.deafen();
    await open.clock.advance(2000);
    const first = users.get('1');
    await open.clock.advance(1);
    open.log.hear();
    await open.clock.advance(1);
    const second = users.get('1');
    await open.clock.advance(1);
    expect(loads).toBe(2);
    gates[1]!.resolve('new');
    expect(await second).toBe('new');
    gates[0]!.resolve('old');
    expect(await first).toBe('old');
  });

  it('does not let a value past its time to live stand in', async () => {
    await using open = await openCache({ maxStalenessMs: 2000 });
    let mayLoad = true;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      graceMs: 60_000,
      load: async (id: string) => {
        if (!mayLoad) throw new Error('down');
        return id;
      },
    });
    await users.get('1');
    mayLoad = false;
    open.log.deafen();
    await open.clock.advance(1500);
    expect(await users.getEntry('1')).toMatchObject({ isStale: true });
    await open.clock.advance(1500);
    await expect(users.get('1')).rejects.toThrow('down');
    expect(await users.getEntry('1', { whenPartitioned: 'stale' })).toMatchObject({ value: '1', isStale: true });
  });
});
