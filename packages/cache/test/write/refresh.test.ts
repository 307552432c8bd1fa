import { describe, expect, it } from 'vitest';

import { deferred, openCache, rejectionOf } from '../open-cache.ts';

/** A view over a database with a copy that lags. */
async function openUsers() {
  const open = await openCache();
  const database = { version: 1, loads: 0 };
  const users = open.cache.define('user', {
    ttlMs: 100_000,
    load: async (_id: string) => {
      database.loads++;
      return database.version;
    },
  });
  await users.get('1');
  database.loads = 0;
  return { ...open, users, database, [Symbol.asyncDispose]: () => open.cache.close() };
}

describe('View.refresh', () => {
  it('loads once for many who ask for the same, after the last of them', async () => {
    await using open = await openUsers();
    const { users, clock, database } = open;
    const all = [users.refresh('1', { settleMs: 200 })];
    await clock.advance(100);
    all.push(users.refresh('1', { settleMs: 200 }), users.refresh('1', { settleMs: 200 }));
    await clock.advance(150);
    expect(database.loads).toBe(0);
    database.version = 2;
    await clock.advance(60);
    expect([await Promise.all(all), database.loads, users.peek('1')]).toEqual([[2, 2, 2], 1, 2]);
    expect(await users.refresh('1')).toBe(2);
    expect(database.loads).toBe(2);
  });

  it('loads once for many who do not wait', async () => {
    await using open = await openUsers();
    const { users, database } = open;
    database.version = 2;
    const ids = ['1', '1', '1', '2'];
    expect(await Promise.all(ids.map((id) => users.refresh(id)))).toEqual([2, 2, 2, 2]);
    expect([database.loads, users.peek('1')]).toEqual([2, 2]);
  });

  it('does not have one wait longer than it said', async () => {
    await using open = await openUsers();
    const { users, clock, database } = open;
    const soon = users.refresh('1', { settleMs: 50 });
    const late = users.refresh('1', { settleMs: 5000 });
    database.version = 2;
    expect(await clock.during(60, soon)).toBe(2);
    expect(users.peek('1')).toBeUndefined();
    database.version = 3;
    expect(await clock.during(5000, late)).toBe(3);
    expect([users.peek('1'), database.loads]).toEqual([3, 2]);
  });

  it('does not take what another one began to load before it had settled', async () => {
    await using open = await openCache();
    const gates = [deferred<number>(), deferred<number>()];
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 1000, load: (_id: string) => gates[loads++]!.promise });
    const settled = users.refresh('1', { settleMs: 1000 });
    await open.clock.advance(100);
    const early = users.refresh('1');
    await open.clock.advance(950);
    expect(loads).toBe(2);
    gates[0]!.resolve(1);
    gates[1]!.resolve(2);
    expect(await Promise.all([early, settled])).toEqual([1, 2]);
    expect(users.peek('1')).toBe(2);
  });

  it('loads for itself when the one that it waited for was given up', async () => {
    await using open = await openUsers();
    const { users, clock, database } = open;
    const controller = new AbortController();
    const first = users.refresh('1', { settleMs: 100 });
    await clock.advance(50);
    const second = rejectionOf(users.refresh('1', { settleMs: 100, signal: controller.signal }));
    await clock.advance(60);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await second).toBe(reason);
    expect(await clock.during(10, first)).toBe(1);
    expect(database.loads).toBe(1);
  });

  it('can be given up while another one loads for it', async () => {
    await using open = await openCache();
    const gate = deferred<number>();
    const users = open.cache.define('user', { ttlMs: 1000, load: (_id: string) => gate.promise });
    const controller = new AbortController();
    const first = rejectionOf(users.refresh('1', { signal: controller.signal }));
    const second = users.refresh('1');
    await open.clock.advance(1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await first).toBe(reason);
    gate.resolve(7);
    expect(await second).toBe(7);
  });
});
