import { describe, expect, it } from 'vitest';

import { guardShared } from '../../src/shared/guarded-store.ts';
import { noSharedTier } from '../../src/shared/no-shared-tier.ts';
import type { SharedRead, SharedStore } from '../../src/shared/shared-tier.ts';
import { createDeferred } from './deferred.ts';
import { createHandClock } from './hand-clock.ts';

const bound = { timeoutMs: 100 };
const claimBound = { ...bound, leaseMs: 1000 };
const value = { bytes: '1', ttlMs: 1, graceMs: 0, tags: [], tagEpoch: '', tagSequence: 0 };
const code = 'ERR_CACHE_SHARED_UNAVAILABLE';

function guarded(over: Partial<SharedStore>) {
  const errors: Error[] = [];
  const calls: unknown[][] = [];
  const clock = createHandClock();
  const empty = noSharedTier().open({} as never);
  const recorded = Object.fromEntries(
    Object.entries({ ...empty, ...over }).map(([name, call]) => [
      name,
      typeof call !== 'function'
        ? call
        : (...args: unknown[]) => {
            calls.push([name, ...args]);
            return (call as (...args: unknown[]) => unknown)(...args);
          },
    ]),
  ) as unknown as SharedStore;
  const store = guardShared(recorded, { clock, random: () => 0, onError: (error) => void errors.push(error) });
  return { store, clock, errors, calls };
}

const broken = async (): Promise<never> => {
  throw new Error('broken');
};

describe('guardShared', () => {
  it('passes answers on', async () => {
    const found = { bytes: '1', freshForMs: 1, tags: [], tagEpoch: '', tagSequence: 0 };
    const { store } = guarded({ get: async () => found, fill: async () => false, verifiesEpoch: true });
    expect(await store.get('k', bound)).toBe(found);
    expect(await store.fill('k', 'token', value, bound)).toBe(false);
    expect(store.verifiesEpoch).toBe(true);
    expect(guarded({}).store.verifiesEpoch).toBe(false);
    await expect(store.close()).resolves.toBeUndefined();
  });

  it('answers reads as if there were no tier when they fail, and reports it once', async () => {
    const fails = { get: broken, claim: broken, getMany: broken, fill: broken, isTagFresh: broken, release: broken };
    const { store, errors } = guarded(fails);
    expect(await store.get('k', bound)).toBeUndefined();
    expect(await store.claim('k', claimBound)).toEqual({ kind: 'claimed', token: '' });
    expect(await store.getMany(['a', 'b'], bound)).toEqual([undefined, undefined]);
    expect(await store.fill('k', 'token', value, bound)).toBe(false);
    expect(await store.isTagFresh(value, bound)).toBe(false);
    await store.release('k', 'token');
    expect(errors).toMatchObject([{ code, cause: { message: 'broken' } }]);
  });

  it('takes a call that throws for one that rejects', async () => {
    const { store } = guarded({
      get: () => {
        throw new Error('thrown');
      },
    });
    expect(await store.get('k', bound)).toBeUndefined();
  });

  it('has fences and drops fail honestly, and lets them try while it is open', async () => {
    let isUp = false;
    const write = async (): Promise<void> => (isUp ? undefined : broken());
    const { store, calls } = guarded({ fence: write, drop: write, get: broken });
    for (let i = 0; i < 5; i++) await store.get('k', bound);
    expect(store.state).toBe('open');
    await expect(store.fence(['k'], { ...bound, id: 'w', ttlMs: 1 })).rejects.toMatchObject({ code });
    await expect(store.drop(['k'], bound)).rejects.toMatchObject({ code, cause: { message: 'broken' } });
    isUp = true;
    await store.drop(['k'], bound);
    expect(store.state).toBe('ok');
    expect(calls.filter(([name]) => name === 'drop')).toHaveLength(2);
  });

  it('leaves reads out while it is open, and asks again now and then', async () => {
    const { store, clock, calls } = guarded({ get: broken });
    for (let i = 0; i < 5; i++) await store.get('k', bound);
    const before = calls.length;
    expect(await store.get('k', bound)).toBeUndefined();
    expect(await store.claim('k', claimBound)).toEqual({ kind: 'claimed', token: '' });
    expect(calls).toHaveLength(before);
    clock.advance(5000);
    await store.getMany(['k'], bound);
    expect(store.state).toBe('ok');
  });

  it('ends every call by its deadline', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const { store, clock } = guarded({ get: never, claim: never, fence: never, drop: never, release: never });
    const fenced = store.fence(['k'], { ...bound, id: 'w', ttlMs: 1 });
    const dropped = store.drop(['k'], bound);
    const read = Promise.all([store.get('k', bound), store.claim('k', claimBound), store.release('k', 'x')]);
    clock.advance(100);
    clock.advance(900);
    await expect(read).resolves.toEqual([undefined, { kind: 'claimed', token: '' }, undefined]);
    await expect(fenced).rejects.toMatchObject({ code });
    await expect(dropped).rejects.toMatchObject({ code });
  });

  it('rejects with the reason of the signal, which is no failure of the tier', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const { store, errors } = guarded({ get: never, claim: never, drop: never });
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    for (let i = 0; i < 6; i++) await expect(store.get('k', { ...bound, signal })).rejects.toBe(reason);
    await expect(store.claim('k', { ...claimBound, signal })).rejects.toBe(reason);
    await expect(store.drop(['k'], { ...bound, signal })).rejects.toBe(reason);
    expect([store.state, errors]).toEqual(['ok', []]);
  });

  it('gives a claim back that comes when its caller has gone', async () => {
    const late = createDeferred<SharedRead>();
    const { store, clock, calls } = guarded({ claim: () => late.promise });
    const read = store.claim('k', claimBound);
    clock.advance(100);
    expect(await read).toEqual({ kind: 'claimed', token: '' });
    late.resolve({ kind: 'claimed', token: 'mine' });
    await expect.poll(() => calls).toContainEqual(['release', 'k', 'mine']);
  });

  it('fills and releases nothing for a claim without a token', async () => {
    const { store, calls } = guarded({});
    expect(await store.fill('k', '', value, bound)).toBe(true);
    await store.release('k', '');
    expect(calls).toEqual([]);
  });
});
