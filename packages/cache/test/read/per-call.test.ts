import { describe, expect, it } from 'vitest';

import type { ReadOptions } from '../../src/index.ts';
import type { ClaimBound, SharedBound, SharedFill } from '../../src/shared/shared-tier.ts';
import { settle } from '../fake-clock.ts';
import { openCache } from '../open-cache.ts';
import { createStubTier } from '../stub-tier.ts';

/** A view whose loader counts its calls, over a cache on a fake clock. */
async function openCounter() {
  const open = await openCache({ random: () => 0.999 });
  let loads = 0;
  const counter = open.cache.define('counter', { ttlMs: 1000, load: async (_id: string) => ++loads });
  return { ...open, counter, [Symbol.asyncDispose]: () => open.cache.close() };
}

describe('a call', () => {
  it('has its own time to live, grace and negative time, for what it loads', async () => {
    await using open = await openCounter();
    const { counter, clock, cache } = open;
    await counter.get('1', { ttlMs: 50, graceMs: 500 });
    await clock.advance(51);
    expect(counter.peek('1')).toBeUndefined();
    const empty = cache.define('empty', { ttlMs: 1000, load: async (_id: string) => null });
    await empty.get('1', { negativeTtlMs: 10 });
    await clock.advance(11);
    expect(empty.peek('1')).toBeUndefined();
  });

  it('has its own jitter', async () => {
    await using open = await openCounter();
    await open.counter.get('1', { jitter: 0.5 });
    await open.clock.advance(510);
    expect(open.counter.peek('1')).toBeUndefined();
  });

  it('has what it loads refreshed ahead', async () => {
    await using open = await openCounter();
    const { counter, clock } = open;
    await counter.get('1', { refreshAhead: 0.5 });
    await clock.advance(501);
    expect(await counter.get('1')).toBe(1);
    await settle();
    expect(counter.peek('1')).toBe(2);
    // The background load was started by a call that asked for nothing of the kind.
    await clock.advance(600);
    expect(counter.peek('1')).toBe(2);
  });

  it('has an idle time for what it loads, which every read prolongs', async () => {
    await using open = await openCounter();
    const { counter, clock } = open;
    await counter.get('plain');
    await counter.get('idle', { idleMs: 100 });
    for (let at = 0; at < 300; at += 60) {
      await clock.advance(60);
      expect([counter.peek('idle'), await counter.get('idle')]).toEqual([2, 2]);
    }
    await clock.advance(101);
    expect([counter.peek('idle'), counter.peek('plain')]).toEqual([undefined, 1]);
  });

  it('gives what it loads more tags', async () => {
    await using open = await openCounter();
    const { counter, cache } = open;
    await counter.get('1', { tags: ['one-off'] });
    await counter.getMany(['2', '3'], { tags: ['one-off'] });
    await counter.get('4');
    expect(counter.size).toBe(4);
    await cache.invalidateTags('one-off');
    expect([counter.size, counter.peek('4')]).toEqual([1, 4]);
  });

  it('gets a copy of its own where it asks for one, and the value itself where the view makes copies', async () => {
    await using open = await openCache();
    const load = async (id: string): Promise<{ id: string }> => ({ id });
    const shared = open.cache.define('shared', { ttlMs: 1000, load });
    const loaded = await shared.get('1', { isolation: 'clone' });
    const held = await shared.get('1');
    expect(loaded).toEqual(held);
    expect(loaded).not.toBe(held);
    expect(await shared.get('1', { isolation: 'clone' })).not.toBe(held);
    expect(await shared.get('1', { isolation: 'share' })).toBe(held);
    const cloned = open.cache.define('cloned', { ttlMs: 1000, isolation: 'clone', load });
    await cloned.get('1');
    const own = await cloned.get('1', { isolation: 'share' });
    expect(await cloned.get('1', { isolation: 'share' })).toBe(own);
    expect(await cloned.get('1')).not.toBe(own);
  });

  it('has its own times of the shared tier, as a view has', async () => {
    const bounds: (SharedBound & Partial<ClaimBound>)[] = [];
    const fills: SharedFill[] = [];
    const note = async (bound: SharedBound): Promise<void> => void bounds.push(bound);
    const shared = createStubTier({
      get: async (_key, bound) => {
        await note(bound);
        return undefined;
      },
      claim: async (_key, bound) => {
        await note(bound);
        return { kind: 'claimed', token: 'mine' };
      },
      fill: async (_key, _token, fill, bound) => {
        await note(bound);
        fills.push(fill);
        return true;
      },
    });
    await using open = await openCache({ shared, sharedTimeoutMs: 100, loadLeaseMs: 1000 });
    const load = async (id: string): Promise<string> => id;
    const slow = open.cache.define('slow', { ttlMs: 1000, loadLeaseMs: 60_000, load });
    await slow.get('1', { sharedTimeoutMs: 700, graceMs: 5 });
    await settle();
    expect(bounds.map(({ timeoutMs }) => timeoutMs)).toEqual([700, 700, 700]);
    expect(bounds.map(({ leaseMs }) => leaseMs)).toEqual([undefined, 60_000, undefined]);
    expect(fills).toMatchObject([{ graceMs: 5 }]);
    bounds.length = 0;
    await open.cache.define('plain', { ttlMs: 1000, load }).get('1');
    await settle();
    expect(bounds.map(({ timeoutMs, leaseMs }) => [timeoutMs, leaseMs])).toEqual([
      [100, undefined],
      [100, 1000],
      [100, undefined],
    ]);
  });

  it('may be a refresh', async () => {
    await using open = await openCounter();
    const { counter, clock, cache } = open;
    await counter.get('1');
    expect(await counter.refresh('1', { ttlMs: 50, tags: ['fresh'], everywhere: true })).toBe(2);
    await cache.invalidateTags('fresh');
    expect(counter.peek('1')).toBeUndefined();
    await counter.refresh('1', { ttlMs: 50 });
    await clock.advance(51);
    expect(counter.peek('1')).toBeUndefined();
  });

  it.for<[string, ReadOptions]>([
    ['ttlMs must be a number from 1', { ttlMs: 0 }],
    ['graceMs must be', { graceMs: -1 }],
    ['jitter must be a number from 0 to 1', { jitter: 2 }],
    ['refreshAhead must be', { refreshAhead: 0 }],
    ['idleMs must be', { idleMs: 0 }],
    ['sharedTimeoutMs must be', { sharedTimeoutMs: 0 }],
    ['loadLeaseMs must be a number from 50', { loadLeaseMs: 1 }],
    ['negativeTtlMs must be a number, got string', { negativeTtlMs: '5' as unknown as number }],
    ['tags must be an array', { tags: 'org' as unknown as string[] }],
    ['a tag must be text', { tags: [''] }],
    ['isolation of one call must be one of share, clone', { isolation: 'freeze' as unknown as 'share' }],
    ['whenPartitioned must be', { whenPartitioned: 'x' as unknown as 'stale' }],
  ])('is refused where it makes no sense: %s', async ([message, options]) => {
    await using open = await openCounter();
    await expect(open.counter.get('1', options)).rejects.toThrow(message);
    await expect(open.counter.getMany(['1'], options)).rejects.toThrow(message);
    expect(open.counter.size).toBe(0);
  });
});
