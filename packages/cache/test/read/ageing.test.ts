import { describe, expect, it } from 'vitest';

import { settle } from '../fake-clock.ts';
import { deferred, openCache } from '../open-cache.ts';
import { createStubTier, sharedValue } from '../stub-tier.ts';

describe('ageing', () => {
  it('loads anew in the background at a fraction of the time to live, once', async () => {
    await using open = await openCache();
    const gate = deferred<number>();
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      refreshAhead: 0.8,
      load: (_id: string) => (++loads === 1 ? 1 : gate.promise),
    });
    await users.get('1');
    await open.clock.advance(790);
    expect(await users.get('1')).toBe(1);
    expect(loads).toBe(1);
    await open.clock.advance(11);
    // `peek` starts no load, and holds its peace until a `get` has started one.
    expect(users.peek('1')).toBeUndefined();
    expect([await users.get('1'), await users.get('1'), users.peek('1')]).toEqual([1, 1, 1]);
    expect(loads).toBe(2);
    gate.resolve(2);
    await settle();
    expect(users.peek('1')).toBe(2);
    await open.clock.advance(790);
    expect(users.peek('1')).toBe(2);
  });

  it('keeps nothing of a background load that an invalidation overtook', async () => {
    await using open = await openCache();
    const gate = deferred<number>();
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      refreshAhead: 0.5,
      load: (_id: string) => (++loads === 1 ? 1 : gate.promise),
    });
    await users.get('1');
    await open.clock.advance(600);
    await users.get('1');
    await open.log.publish(['user:1']);
    gate.resolve(2);
    await settle();
    expect(users.peek('1')).toBeUndefined();
  });

  it('serves to the end of the time to live when the background load fails, and reports it', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      refreshAhead: 0.5,
      load: (_id: string) => {
        if (++loads === 2) throw new Error('down');
        return loads;
      },
    });
    await users.get('1');
    await open.clock.advance(600);
    expect(await users.get('1')).toBe(1);
    await open.clock.advance(390);
    expect(await users.get('1')).toBe(1);
    expect(open.errors.map(({ message }) => message)).toEqual(['down']);
    await open.clock.advance(10);
    expect(await users.get('1')).toBe(3);
  });

  it('takes what another process has loaded anew just before it claimed', async () => {
    const released: string[] = [];
    let held = sharedValue('first', { freshForMs: 1000 });
    const shared = createStubTier({
      get: async () => held,
      claim: async () => {
        held = sharedValue('second', { freshForMs: 1000 });
        return { kind: 'claimed', token: 'mine', stale: held };
      },
      release: async (_key, token) => void released.push(token),
    });
    await using open = await openCache({ shared });
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 1000,
      refreshAhead: 0.5,
      load: (_id: string) => `loaded ${++loads}`,
    });
    await users.get('1');
    await open.clock.advance(600);
    held = sharedValue('first', { freshForMs: 400 });
    expect(await users.get('1')).toBe('first');
    await settle();
    expect([users.peek('1'), loads, released]).toEqual(['second', 0, ['mine']]);
  });

  it('drops what was not read for idleMs, and prolongs what was', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 1000, idleMs: 100, load: async (_id: string) => ++loads });
    await users.get('1');
    for (let at = 0; at < 900; at += 90) {
      expect(users.peek('1')).toBe(1);
      await open.clock.advance(90);
    }
    expect(await users.get('1')).toBe(1);
    await open.clock.advance(99);
    expect(users.peek('1')).toBeUndefined();
    expect(await users.get('1')).toBe(2);
    await open.clock.advance(101);
    expect(await users.get('1')).toBe(3);
  });

  it('keeps at most maxEntries, and at most maxBytes', async () => {
    await using few = await openCache({ maxEntries: 10 });
    const users = few.cache.define('user', { ttlMs: 1000, tags: () => ['t'], load: async (id: number) => id });
    for (let id = 0; id < 50; id++) await users.get(id);
    expect(users.size).toBe(10);
    await few.cache.invalidateTags('t');
    expect(users.size).toBe(0);
    await using small = await openCache({ maxBytes: 100, sizeOf: (value) => String(value).length });
    const texts = small.cache.define('text', { ttlMs: 1000, load: async (id: number) => 'x'.repeat(id) });
    for (let round = 0; round < 10; round++) await texts.get(30 + round);
    expect(texts.size).toBe(2);
  });
});
