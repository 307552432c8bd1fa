import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it, onTestFinished } from 'vitest';

import {
  type CoherenceCheckerOptions,
  type CoherenceViolation,
  createCache,
  createCoherenceChecker,
  type ViolationMessage,
} from '../../src/index.ts';
import { createFakeClock, settle } from '../fake-clock.ts';
import { type OpenCache, openCache } from '../open-cache.ts';
import { createStubTier, sharedValue } from '../stub-tier.ts';

/** A checker, and what it told of. */
function watch(open: OpenCache, options: CoherenceCheckerOptions = {}) {
  const told: CoherenceViolation[] = [];
  const onViolation = (violation: CoherenceViolation): void => void told.push(violation);
  const checker = createCoherenceChecker(open.cache, { everyMs: Infinity, onViolation, ...options });
  onTestFinished(() => checker.close());
  return { checker, told };
}

describe('a coherence checker', () => {
  it('finds what a writer has not invalidated, tells of it once, and says how old it is', async () => {
    await using open = await openCache();
    const { checker, told } = watch(open);
    const database = new Map([['1', { name: 'old' }]]);
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (id: string) => database.get(id) });
    await users.get('1');
    database.set('1', { name: 'new' });
    const found = await open.clock.during(3000, checker.check());
    expect(told).toEqual([{ key: 'user:1', view: 'user', where: 'local', ageMs: 3000 }]);
    expect(found).toEqual(told);
    await open.clock.advance(5000);
    expect(await checker.check()).toEqual([{ ...told[0]!, ageMs: 8000 }]);
    expect(told).toHaveLength(1);
    expect(checker.stats()).toMatchObject({ mismatches: 1, violations: 1, open: 1, oldestMs: 8000, ended: 0 });
    await users.invalidate('1');
    expect(await checker.check()).toEqual([]);
    expect(checker.stats()).toMatchObject({ violations: 1, open: 0, oldestMs: 0, ended: 1, longestMs: 8000 });
  });

  it('does not tell of what is invalidated in time', async () => {
    await using open = await openCache();
    const { checker, told } = watch(open);
    let version = 1;
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => version });
    await users.get('1');
    version = 2;
    const checking = checker.check();
    await open.clock.advance(1900);
    await users.invalidate('1');
    await users.get('1');
    // It is changed again: what is held is another value than the one that differed.
    version = 3;
    expect(await open.clock.during(2000, checking)).toEqual([]);
    expect(told).toEqual([]);
    expect(checker.stats()).toMatchObject({ mismatches: 1, violations: 0 });
  });

  it('does not tell of a value that is equal, by its own measure or by the given one', async () => {
    await using open = await openCache();
    const { checker } = watch(open, { isEqual: (one, other) => (one as [number])[0] === (other as [number])[0] });
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => [1, ++loads] });
    await users.get('1');
    expect(await checker.check()).toEqual([]);
    const { checker: strict } = watch(open);
    await users.get('2');
    expect(await open.clock.during(3000, strict.check())).toMatchObject([{ key: 'user:2' }]);
  });

  it('finds a stale value in the shared tier, and compares all values behind the codec', async () => {
    const clock = createFakeClock();
    const end = clock.monotonic() + 60_000;
    const text = { at: '2026-01-01T00:00:00.000Z' };
    const shared = createStubTier({ get: async () => sharedValue(text, { freshForMs: end - clock.monotonic() }) });
    await using open = await openCache({ shared }, { clock });
    const { checker, told } = watch(open);
    let at = new Date('2026-01-01');
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => ({ at }) });
    await users.get('1');
    expect(await checker.check()).toEqual([]);
    expect(checker.stats()).toMatchObject({ checked: 1, mismatches: 0 });
    at = new Date('2026-02-02');
    await open.clock.during(3000, checker.check());
    expect(told.map(({ where }) => where)).toEqual(['local', 'shared']);
  });

  it('checks only the views that it is told to, and values of getOrSet', async () => {
    await using open = await openCache();
    const { checker } = watch(open, { views: ['', 'counted'] });
    let loads = 0;
    const load = async (_id: string): Promise<number> => ++loads;
    await open.cache.define('other', { ttlMs: 100_000, load }).get('1');
    await open.cache.define('counted', { ttlMs: 100_000, load }).get('1');
    await open.cache.getOrSet('loose', () => ++loads, { ttlMs: 100_000 });
    const found = await open.clock.during(3000, checker.check());
    expect(found.map(({ key }) => key).toSorted()).toEqual(['counted:1', 'loose']);
  });

  it('calls loaders no oftener than it may, one at a time', async () => {
    await using open = await openCache();
    const { checker } = watch(open, { sampleSize: 5 });
    let running = 0;
    let most = 0;
    let loads = 0;
    const users = open.cache.define('user', {
      ttlMs: 100_000,
      load: async (id: number) => {
        loads++;
        most = Math.max(most, ++running);
        await settle();
        running--;
        return id;
      },
    });
    for (let id = 0; id < 40; id++) await users.get(id);
    [loads, most] = [0, 0];
    await checker.check();
    expect([loads, most]).toEqual([5, 1]);
    expect(open.cache.stats().loads).toBe(45);
  });

  it('skips what is not held any more, what is being written, and everything while the log is not heard', async () => {
    await using open = await openCache();
    const { checker } = watch(open);
    let loads = 0;
    const users = open.cache.define('user', { ttlMs: 1000, load: async (_id: string) => ++loads });
    await users.get('1');
    await open.clock.advance(1001);
    expect(await checker.check()).toEqual([]);
    await users.get('2');
    await users.mutate('2', () => checker.check());
    await users.get('3');
    open.log.deafen();
    await open.clock.advance(2001);
    await checker.check();
    expect([loads, checker.stats().checked]).toEqual([3, 0]);
  });

  it('does not take for wrong what is replaced while its loader is at work', async () => {
    await using open = await openCache();
    const { checker } = watch(open);
    let version = 1;
    let beforeLoad = async (): Promise<void> => undefined;
    const users = open.cache.define('user', {
      ttlMs: 100_000,
      load: async (_id: string) => {
        await beforeLoad();
        return version;
      },
    });
    await users.get('1');
    beforeLoad = async () => {
      beforeLoad = async () => undefined;
      version = 2;
      await users.invalidate('1');
      await users.get('1');
    };
    expect(await checker.check()).toEqual([]);
    expect([users.peek('1'), checker.stats().checked, checker.stats().mismatches]).toEqual([2, 1, 0]);
  });

  it('skips a shared value whose invalidation waits for the log, and forgets no violation meanwhile', async () => {
    const clock = createFakeClock();
    const end = clock.monotonic() + 600_000;
    const shared = createStubTier({ get: async () => sharedValue('old', { freshForMs: end - clock.monotonic() }) });
    await using open = await openCache({ shared }, { clock });
    const { checker } = watch(open);
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => 'new' });
    await users.get('1');
    const found = await clock.during(3000, checker.check());
    expect(found.map(({ where }) => where)).toEqual(['local', 'shared']);
    open.log.deafen();
    await clock.advance(2500);
    expect(await checker.check()).toEqual(found);
    open.log.hear();
    await clock.advance(1);
    open.log.refusal = new Error('down');
    await expect(users.invalidate('1')).rejects.toMatchObject({ code: 'ERR_CACHE_INVALIDATION_PENDING' });
    const { checked } = checker.stats();
    expect(await checker.check()).toEqual([]);
    expect(checker.stats()).toMatchObject({ checked, ended: 2 });
    open.log.refusal = undefined;
    await clock.advance(10_000);
  });

  it('counts and reports comparisons that fail, and goes on', async () => {
    await using open = await openCache();
    const { checker } = watch(open);
    let isDown = false;
    const users = open.cache.define('user', {
      ttlMs: 100_000,
      load: async (id: string) => {
        if (isDown && id === '1') throw new Error('down');
        return id;
      },
    });
    await users.getMany(['1', '2']);
    isDown = true;
    expect(await checker.check()).toEqual([]);
    expect(open.errors.map(({ message }) => message)).toEqual(['down']);
    expect(checker.stats()).toMatchObject({ checked: 1, failed: 1, skipped: 0 });
  });

  it('checks by itself every now and then, until it or the cache is closed', async () => {
    const open = await openCache({ random: () => 0.5 });
    const { checker } = watch(open, { everyMs: 1000 });
    await open.clock.advance(3500);
    expect(checker.stats().rounds).toBe(3);
    await checker.close();
    await open.clock.advance(3500);
    expect(checker.stats().rounds).toBe(3);
    await expect(checker.check()).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
    const { checker: second } = watch(open, { everyMs: 1000 });
    await open.cache.close();
    await open.clock.advance(3500);
    expect(second.stats().rounds).toBe(0);
    expect(open.errors).toEqual([]);
  });

  it('gives up a check by its signal', async () => {
    await using open = await openCache();
    const { checker } = watch(open);
    let loads = 0;
    await open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => ++loads }).get('1');
    const reason = new Error('enough');
    const controller = new AbortController();
    const checking = checker.check({ signal: controller.signal });
    await settle();
    controller.abort(reason);
    await expect(checking).rejects.toBe(reason);
    await expect(checker.check({ signal: controller.signal })).rejects.toBe(reason);
    expect(await open.clock.during(3000, checker.check())).toHaveLength(1);
  });

  it('tells a channel of violations, and that they are over', async () => {
    const messages: ViolationMessage[] = [];
    const listen = (message: unknown): void => void messages.push(message as ViolationMessage);
    subscribe('lockstep:cache:violation', listen);
    onTestFinished(() => void unsubscribe('lockstep:cache:violation', listen));
    await using open = await openCache();
    const { checker } = watch(open);
    const users = open.cache.define('user', { ttlMs: 100_000, load: async (_id: string) => ({ name: 'Ann' }) });
    // A user who changes what he shares with others is found, too.
    Object.assign(await users.get('1'), { name: 'Bob' });
    await open.clock.during(3000, checker.check());
    await open.cache.clear();
    await checker.check();
    const violation = { key: 'user:1', view: 'user', where: 'local', ageMs: 3000 };
    expect(messages).toEqual([
      { ...violation, isOver: false },
      { ...violation, isOver: true },
    ]);
  });

  it('refuses what makes no sense', async () => {
    await using open = await openCache();
    const { cache } = open;
    expect(() => createCoherenceChecker({ ...cache })).toThrow('a cache that createCache has made');
    expect(() => createCoherenceChecker(cache, { settleMs: 1000 })).toThrow('settleMs must be a number from 2000');
    expect(() => createCoherenceChecker(cache, { sampleSize: 0 })).toThrow('sampleSize must be an integer from 1');
    const closed = createCache({ log: open.log });
    await closed.close();
    expect(() => createCoherenceChecker(closed)).toThrow('the cache was closed');
  });
});
