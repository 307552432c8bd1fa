import { describe, expect, it, onTestFinished, vi } from 'vitest';

import type { Codec } from '../../src/codecs/codec.ts';
import { jsonCodec } from '../../src/codecs/json-codec.ts';
import type { SharedValue } from '../../src/shared/shared-tier.ts';
import { createFakeClock, settle } from '../fake-clock.ts';
import { deferred, openCache, rejectionOf } from '../open-cache.ts';
import { createStubTier, sharedValue } from '../stub-tier.ts';

const load = async (_id: string): Promise<string> => 'loaded';

/** A tier whose reads are answered by the test, in the order in which they began. */
function heldTier() {
  const reads: ReturnType<typeof deferred<SharedValue | undefined>>[] = [];
  const shared = createStubTier({
    get: () => {
      const read = deferred<SharedValue | undefined>();
      reads.push(read);
      return read.promise;
    },
  });
  return { reads, shared };
}

describe('a plain read of the shared tier', () => {
  it('ends at the hard timeout, and what it brings later is not kept', async () => {
    const { reads, shared } = heldTier();
    await using open = await openCache({ shared, sharedTimeoutMs: 10_000 });
    const rows = open.cache.define('row', { ttlMs: 1000, hardTimeoutMs: 100, load });
    const rejected = [rejectionOf(rows.get('1')), rejectionOf(rows.get('2'))];
    await open.clock.advance(100);
    expect(await Promise.all(rejected)).toMatchObject([
      { code: 'ERR_CACHE_LOAD_TIMEOUT', keys: ['row:1'] },
      { code: 'ERR_CACHE_LOAD_TIMEOUT', keys: ['row:2'] },
    ]);
    reads[0]!.resolve(sharedValue('late'));
    reads[1]!.resolve(undefined);
    await settle();
    expect(rows.peek('1')).toBeUndefined();
    expect(open.cache.stats()).toMatchObject({ loadsTimedOut: 2, sharedHits: 0, loads: 0 });
  });

  it('ends when the cache is closed', async () => {
    const { shared } = heldTier();
    await using open = await openCache({ shared, sharedTimeoutMs: 10_000 });
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    const rejected = rejectionOf(rows.get('1'));
    await open.cache.close();
    expect(await rejected).toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });

  it('is not joined once all who wanted it have left', async () => {
    const { reads, shared } = heldTier();
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    const leaver = new AbortController();
    const left = rejectionOf(rows.get('1', { signal: leaver.signal }));
    leaver.abort(new Error('bye'));
    const next = rows.get('1');
    expect(await left).toMatchObject({ message: 'bye' });
    reads[0]!.resolve(sharedValue('first'));
    reads[1]!.resolve(sharedValue('second'));
    expect(await next).toBe('second');
    expect(rows.peek('1')).toBe('second');
  });

  it('waits for a codec that works in a thread', async () => {
    const later: Codec<string> = {
      ...(jsonCodec as Codec<string>),
      decode: async (bytes, key) => `${String(await jsonCodec.decode(bytes, key))} later`,
    };
    const broken: Codec<string> = { ...later, decode: () => Promise.reject(new Error('no such form')) };
    await using open = await openCache({ shared: createStubTier({ get: async () => sharedValue('shared') }) });
    const rows = open.cache.define('row', { ttlMs: 1000, codec: later, load });
    const bad = open.cache.define('bad', { ttlMs: 1000, codec: broken, load });
    expect([await rows.get('1'), rows.peek('1')]).toEqual(['shared later', 'shared later']);
    expect(await bad.get('1')).toBe('loaded');
    expect(open.errors).toMatchObject([{ message: 'no such form' }]);
  });

  it('asks the tier about tags that this process knows nothing of', async () => {
    const asked: (readonly string[])[] = [];
    const shared = createStubTier({
      get: async (key) => sharedValue(key, { tags: [key], tagEpoch: 'before' }),
      isTagFresh: async ({ tags }) => {
        asked.push(tags);
        return tags[0] === 'row:fresh';
      },
    });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    expect([await rows.get('fresh'), await rows.get('old')]).toEqual(['row:fresh', 'loaded']);
    expect(asked).toEqual([['row:fresh'], ['row:old']]);
  });

  it('gives the value though sizeOf and onError throw, and keeps nothing', async () => {
    const fail = (): never => {
      throw new Error('no size');
    };
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const shared = createStubTier({ get: async () => sharedValue('shared') });
    await using open = await openCache({ shared, maxBytes: 1000, sizeOf: fail, onError: fail });
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    expect(await rows.get('1')).toBe('shared');
    expect(rows.peek('1')).toBeUndefined();
  });

  it('rejects when the value cannot be copied for its caller', async () => {
    const codec: Codec<() => number> = { name: 'odd', isText: true, encode: () => '1', decode: () => () => 1 };
    const shared = createStubTier({ get: async () => sharedValue('shared') });
    await using open = await openCache({ shared });
    const rows = open.cache.define('row', { ttlMs: 1000, load: async () => () => 2, codec, isolation: 'clone' });
    await expect(rows.get('1')).rejects.toThrow('could not be cloned');
  });

  it('makes no timer of its own', async () => {
    const clock = createFakeClock();
    let timers = 0;
    const counting = {
      ...clock,
      setTimer: (callback: () => void, delayMs: number) => {
        timers++;
        return clock.setTimer(callback, delayMs);
      },
    };
    await using open = await openCache(
      { shared: createStubTier({ get: async () => sharedValue('shared') }) },
      { clock: counting },
    );
    const rows = open.cache.define('row', { ttlMs: 1000, load });
    await rows.get('first');
    const before = timers;
    for (let id = 0; id < 50; id++) await rows.get(String(id));
    expect(timers).toBe(before);
  });
});
