import type { Invalidation } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { settle } from '../fake-clock.ts';
import { deferred, openCache, rejectionOf } from '../open-cache.ts';

describe('mutate', () => {
  it('lets no process serve the old value once it has resolved, and none keep it meanwhile', async () => {
    await using open = await openCache();
    await using other = await openCache({}, { clock: open.clock, log: open.log });
    let value = 'old';
    const load = async (_id: string): Promise<string> => value;
    const mine = open.cache.define('user', { ttlMs: 60_000, load });
    const theirs = other.cache.define('user', { ttlMs: 60_000, load });
    await Promise.all([mine.get('1'), theirs.get('1')]);
    const result = await mine.mutate('1', async () => {
      expect([await mine.get('1'), await theirs.get('1')]).toEqual(['old', 'old']);
      expect([mine.peek('1'), theirs.peek('1')]).toEqual([undefined, undefined]);
      value = 'new';
      return 7;
    });
    expect(result).toBe(7);
    expect([await mine.get('1'), await theirs.get('1')]).toEqual(['new', 'new']);
    expect([mine.peek('1'), theirs.peek('1')]).toEqual(['new', 'new']);
  });

  it('keeps nothing while it runs, though the log is heard later', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    open.log.deafen();
    const mutated = users.mutate('1', async () => {
      await users.get('1');
      expect(users.peek('1')).toBeUndefined();
    });
    await open.clock.during(500, mutated);
    await users.get('1');
    expect(users.peek('1')).toBe('1');
  });

  it('invalidates when the write throws, and passes its error on', async () => {
    await using open = await openCache();
    let value = 'old';
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => value });
    await users.get('1');
    const failing = users.mutate('1', () => {
      value = 'new';
      throw new Error('after the commit');
    });
    await expect(failing).rejects.toThrow('after the commit');
    expect(await users.get('1')).toBe('new');
    expect(users.peek('1')).toBe('new');
  });

  it('leaves nothing stale when the process dies in the middle', async () => {
    await using open = await openCache();
    await using other = await openCache({}, { clock: open.clock, log: open.log });
    let value = 'old';
    const load = async (_id: string): Promise<string> => value;
    const mine = open.cache.define('user', { ttlMs: 600_000, load });
    const theirs = other.cache.define('user', { ttlMs: 600_000, load });
    await theirs.get('1');
    // It never comes back from the write: as if it had died there.
    void mine.mutate('1', () => new Promise<void>(() => undefined), { fenceMs: 5000 });
    await open.clock.advance(0);
    expect(await theirs.get('1')).toBe('old');
    value = 'new';
    await open.clock.advance(4999);
    expect(theirs.peek('1')).toBeUndefined();
    await open.clock.advance(2);
    expect(await theirs.get('1')).toBe('new');
    expect(theirs.peek('1')).toBe('new');
  });

  it('does not run the write when the fence is not confirmed', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    open.log.refusal = new Error('down');
    let isRun = false;
    const refused = users.mutate('1', () => void (isRun = true));
    await expect(refused).rejects.toMatchObject({ code: 'ERR_CACHE_FENCE', keys: ['user:1'] });
    expect([isRun, open.cache.health().outbox]).toEqual([false, 0]);
    await users.get('1');
    expect(users.peek('1')).toBe('1');
  });

  it('rejects with ERR_CACHE_INVALIDATION_PENDING when the log is lost after the write', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    const pending = users.mutate('1', () => void (open.log.refusal = new Error('down')));
    await expect(pending).rejects.toMatchObject({ code: 'ERR_CACHE_INVALIDATION_PENDING' });
    expect(open.cache.health().outbox).toBe(1);
    open.log.refusal = undefined;
    await open.clock.advance(100);
    expect(open.cache.health().outbox).toBe(0);
  });

  it('takes as long an origin as invalidate does', async () => {
    await using open = await openCache();
    const heard: (string | undefined)[] = [];
    const onInvalidate = (_keys: string[], _position: string, entry: Invalidation): void =>
      void heard.push(entry.origin);
    await using follower = open.log.follow({ onInvalidate, onReset: () => undefined });
    await follower.ready;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    const origin = '😀'.repeat(128);
    await users.invalidate('1', { origin });
    await users.mutate('1', () => users.get('1'), { origin, fenceMs: 3_600_000 });
    expect(users.peek('1')).toBeUndefined();
    expect(heard).toEqual([origin, expect.stringMatching(/^(😀)+#raise:/u), expect.stringMatching(/^(😀)+#lift:/u)]);
    await expect(users.mutate('1', () => 1, { origin: `${origin}.` })).rejects.toThrow('origin');
  });

  it('does not write once the cache is closed', async () => {
    const open = await openCache();
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    let isRun = false;
    open.log.onPublish = () => void open.cache.close();
    const mutated = users.mutate('1', () => void (isRun = true));
    await expect(mutated).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    expect(isRun).toBe(false);
    await open.cache.close();
  });

  it('invalidates though the cache was closed while it wrote, and says so when it could not', async () => {
    const open = await openCache();
    await using other = await openCache({}, { clock: open.clock, log: open.log });
    const load = async (id: string): Promise<string> => id;
    const users = open.cache.define('user', { ttlMs: 60_000, load });
    const theirs = other.cache.define('user', { ttlMs: 60_000, load });
    const gate = deferred<void>();
    const throwing = async (): Promise<void> => {
      await gate.promise;
      throw new Error('after the commit');
    };
    const first = deferred<void>();
    const one = users.mutate('1', () => first.promise);
    const [two, three] = [rejectionOf(users.mutate('2', () => gate.promise)), rejectionOf(users.mutate('3', throwing))];
    await settle();
    await open.cache.close();
    first.resolve();
    await one;
    open.log.refusal = new Error('down');
    gate.resolve();
    expect(await two).toMatchObject({ code: 'ERR_CACHE_CLOSED', keys: ['user:2'], cause: { message: 'down' } });
    expect(await three).toMatchObject({ message: 'after the commit' });
    expect(open.errors).toMatchObject([{ code: 'ERR_CACHE_CLOSED', keys: ['user:3'] }]);
    await theirs.get('1');
    expect(theirs.peek('1')).toBe('1');
  });

  it('keeps the fence of one writer up while another one ends', async () => {
    await using open = await openCache();
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    const gate = deferred<void>();
    const slow = users.mutate('1', () => gate.promise);
    await users.mutate('1', () => undefined);
    await users.get('1');
    expect(users.peek('1')).toBeUndefined();
    gate.resolve();
    await slow;
    await users.get('1');
    expect(users.peek('1')).toBe('1');
  });
});

describe('refresh', () => {
  it('brings the value anew for all', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => ++loads });
    await users.get('1');
    expect(await users.refresh('1')).toBe(2);
    expect(users.peek('1')).toBe(2);
  });

  it('waits for settleMs in which nothing is kept', async () => {
    await using open = await openCache();
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (_id: string) => ++loads });
    const refreshed = users.refresh('1', { settleMs: 200 });
    await open.clock.advance(199);
    expect(await users.get('1')).toBe(1);
    expect(users.peek('1')).toBeUndefined();
    await open.clock.advance(1);
    expect(await refreshed).toBe(2);
    expect(users.peek('1')).toBe(2);
  });
});
