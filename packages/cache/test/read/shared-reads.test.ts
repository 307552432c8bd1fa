import { describe, expect, it } from 'vitest';

import type { SharedRead, SharedValue } from '../../src/shared/shared-tier.ts';
import { settle } from '../fake-clock.ts';
import { deferred, openCache, rejectionOf } from '../open-cache.ts';
import { createStubTier, sharedValue } from '../stub-tier.ts';

describe('reads of the shared tier', () => {
  it.each(['get', 'getMany'] as const)('keep nothing that %s brings after an invalidation was heard', async (call) => {
    const gate = deferred<SharedValue>();
    const shared = createStubTier({
      get: () => gate.promise,
      getMany: async (keys) => Promise.all(keys.map(() => gate.promise)),
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'loaded' });
    const reading = call === 'get' ? rows.get('1') : rows.getMany(['1', '2']);
    await settle();
    await open.log.publish(['row:1', 'row:2']);
    gate.resolve(sharedValue('old'));
    expect(await reading).toEqual(call === 'get' ? 'old' : ['old', 'old']);
    expect([rows.peek('1'), rows.peek('2')]).toEqual([undefined, undefined]);
    expect(open.cache.stats().sharedHits).toBeGreaterThan(0);
  });

  it('keep nothing in this process when the tier refuses the fill', async () => {
    const shared = createStubTier({ fill: async () => false });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    expect(await rows.get('1')).toBe('1');
    await settle();
    expect(rows.peek('1')).toBeUndefined();
    expect(open.cache.stats().fillsRefused).toBe(1);
  });

  it('keep nothing of a load that is fenced', async () => {
    const shared = createStubTier({ claim: async () => ({ kind: 'fenced' }) });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    expect(await rows.get('1')).toBe('1');
    expect(rows.peek('1')).toBeUndefined();
  });

  it('give the claim back when the load fails, and when its value is not to be kept', async () => {
    const released: string[] = [];
    const shared = createStubTier({ release: async (key, token) => void released.push(`${key} ${token}`) });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', {
      ttlMs: 1000,
      load: async (id: string, context) => {
        if (id === 'bad') throw new Error('bad');
        context.skipStore();
        return id;
      },
    });
    await expect(rows.get('bad')).rejects.toThrow('bad');
    await rows.get('skipped');
    await settle();
    expect(released).toEqual(['row:bad mine', 'row:skipped mine']);
  });

  it('wait for another process that loads, and ask again until the value is there', async () => {
    const answers: SharedRead[] = [
      { kind: 'busy' },
      { kind: 'busy' },
      { kind: 'hit', value: sharedValue('theirs', { tagEpoch: 'x' }) },
    ];
    const shared = createStubTier({ claim: async () => answers.shift()! });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'mine' });
    const reading = rows.getEntry('1');
    await open.clock.advance(100);
    expect(await reading).toEqual({ value: 'theirs', isStale: false, source: 'shared' });
    expect(rows.peek('1')).toBe('theirs');
  });

  it('take the stale value while another process loads, where that was asked for', async () => {
    const busy: SharedRead = { kind: 'busy', stale: sharedValue('stale', { freshForMs: -1 }) };
    const shared = createStubTier({ claim: async () => busy });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, graceMs: 1000, load: async (_id: string) => 'mine' });
    expect(await rows.getEntry('1', { staleWhileLoading: true })).toEqual({
      value: 'stale',
      isStale: true,
      source: 'shared',
    });
    const late = rows.getEntry('1', { softTimeoutMs: 50 });
    await open.clock.advance(60);
    expect(await late).toMatchObject({ value: 'stale', isStale: true });
    expect(rows.peek('1')).toBeUndefined();
  });

  it('load in place of a value that cannot be read, and report it', async () => {
    const asked: (boolean | undefined)[] = [];
    const shared = createStubTier({
      get: async () => sharedValue('x', { bytes: '{' }),
      claim: async (_key, { evenIfFresh }) => {
        asked.push(evenIfFresh);
        return { kind: 'claimed', token: 't' };
      },
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'loaded' });
    expect(await rows.get('1')).toBe('loaded');
    expect(asked).toEqual([true]);
    expect(open.errors).toMatchObject([{ code: 'ERR_CACHE_DECODE' }]);
  });

  it('load in place of a value whose tag was invalidated after it was loaded', async () => {
    const shared = createStubTier({
      get: async () => sharedValue('old', { tags: ['t'], tagEpoch: epoch(), tagSequence: 0 }),
    });
    await using open = await openCache({ shared });
    const follower = open.log.follow({ onInvalidate: () => undefined, onReset: () => undefined });
    const epoch = (): string => follower.epoch(0);
    await follower.ready;
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'loaded' });
    expect(await rows.get('1')).toBe('old');
    await open.cache.invalidateTags('t');
    expect(await rows.get('2')).toBe('loaded');
    await follower.close();
  });

  it('go on without a tier that fails, and keep what they load', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('down');
    };
    const shared = createStubTier({ get: fail, getMany: fail, claim: fail, fill: fail, release: fail });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    expect(await rows.getMany(['1', '2'])).toEqual(['1', '2']);
    expect([rows.peek('1'), rows.peek('2')]).toEqual(['1', '2']);
    expect(open.errors.length).toBeGreaterThan(0);
  });

  it('wait no longer than sharedTimeoutMs for each call of a tier that is silent', async () => {
    const silent = (): Promise<never> => new Promise(() => undefined);
    const shared = createStubTier({ get: silent, claim: silent, fill: silent, release: silent });
    await using open = await openCache({ shared, sharedTimeoutMs: 100 });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    const reading = rows.get('1');
    await open.clock.advance(200);
    expect(await reading).toBe('1');
  });

  it('ask no tier that cannot check the epoch while the log is not heard', async () => {
    const shared = createStubTier({
      get: async () => sharedValue('shared'),
      claim: async () => ({ kind: 'hit', value: sharedValue('wrong') }),
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'loaded' });
    open.log.deafen();
    await open.clock.advance(5000);
    expect(await rows.get('1')).toBe('loaded');
    open.log.hear();
    await open.clock.advance(1);
    expect(await rows.get('1')).toBe('shared');
  });

  it('ask a tier that can by claims alone, and keep nothing', async () => {
    let gets = 0;
    const shared = createStubTier({
      verifiesEpoch: true,
      get: async () => {
        gets++;
        return sharedValue('wrong');
      },
      claim: async () => ({ kind: 'hit', value: sharedValue('checked') }),
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'loaded' });
    open.log.deafen();
    await open.clock.advance(5000);
    expect(await rows.getEntry('1')).toEqual({ value: 'checked', isStale: false, source: 'shared' });
    expect([gets, rows.size]).toEqual([0, 0]);
  });

  it('do not ask for what is being invalidated', async () => {
    const shared = createStubTier({
      get: async () => sharedValue('old'),
      getMany: async (keys) => keys.map(() => sharedValue('old')),
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'new' });
    open.log.refusal = new Error('down');
    await expect(rows.invalidate('1')).rejects.toThrow('tried again');
    expect([await rows.get('1'), await rows.getMany(['1', '2'])]).toEqual(['new', ['new', 'old']]);
  });

  it('take no value with a tag that was invalidated here and not heard yet', async () => {
    const shared = createStubTier({ get: async () => sharedValue('old', { tags: ['t'], tagEpoch: epoch() }) });
    await using open = await openCache({ shared });
    const follower = open.log.follow({ onInvalidate: () => undefined, onReset: () => undefined });
    const epoch = (): string => follower.epoch(0);
    await follower.ready;
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (_id: string) => 'new' });
    open.log.deafen();
    await open.clock.during(250, open.cache.invalidateTags('t'));
    expect(await rows.get('1')).toBe('new');
    await follower.close();
  });

  it('leave the tier out for views that are not shared, and for calls that say so', async () => {
    const shared = createStubTier({ get: async () => sharedValue('shared') });
    await using open = await openCache({ shared });
    const load = async (_id: string): Promise<string> => 'loaded';
    const own = open.cache.define('own', { ttlMs: 1000, shared: false, load });
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    expect(await own.get('1')).toBe('loaded');
    expect(await rows.get('1', { skipShared: true })).toBe('loaded');
    expect(await rows.get('2')).toBe('shared');
    expect(await rows.get('2', { forceLoad: true })).toBe('loaded');
  });
});

describe('writes to the shared tier', () => {
  it('tell the log although the tier did not drop a value, and are repeated until it has', async () => {
    let isDown = true;
    const shared = createStubTier({
      drop: async () => {
        if (isDown) throw new Error('down');
      },
    });
    await using open = await openCache({ shared });
    const heard: string[] = [];
    const follower = open.log.follow({ onInvalidate: (keys) => void heard.push(...keys), onReset: () => undefined });
    await follower.ready;
    const dropping = rejectionOf(open.cache.invalidate('a'));
    await open.clock.advance(1);
    expect(await dropping).toMatchObject({
      code: 'ERR_CACHE_INVALIDATION_PENDING',
    });
    expect([heard, open.cache.health().outbox]).toEqual([['a'], 1]);
    isDown = false;
    await open.clock.advance(200);
    expect([heard, open.cache.health().outbox]).toEqual([['a', 'a'], 0]);
    await follower.close();
  });

  it('fence before they write, and end the fence after they have', async () => {
    const calls: string[] = [];
    const shared = createStubTier({
      fence: async (keys, { ttlMs }) => void calls.push(`fence ${keys.join()} ${ttlMs}`),
      release: async (key, token) => void calls.push(`release ${key} ${token[0]}`),
    });
    await using open = await openCache({ shared });
    open.log.onPublish = (keys) => void calls.push(`publish ${keys.join()}`);
    const rows = open.cache.define('row', { ttlMs: 1000, load: async (id: string) => id });
    await rows.mutate('1', () => void calls.push('write'), { fenceMs: 3000 });
    expect(calls).toEqual(['publish row:1', 'fence row:1 3000', 'write', 'publish row:1', 'release row:1 !']);
  });
});
