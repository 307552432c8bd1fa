import assert from 'node:assert/strict';

import { hasAll, tierCase, type TierConformanceCase, untilClaimed } from './tier-case.ts';
import { bound, claimBound, fillOf, put, textAt, tokenFor } from './tier-session.ts';

const fence = { ...bound, id: 'write-1', ttlMs: 30_000 };
const fenced = { kind: 'fenced' };

/** Fences of writes under way. */
export const fenceCases: readonly TierConformanceCase[] = [
  tierCase('drops the values of fenced keys, and has loads keep nothing', async (one, other) => {
    await put(one, 'a', '1');
    await put(one, 'b', '1');
    await other.store.fence(['a', 'b', 'c'], fence);
    for (const key of ['a', 'b', 'c']) {
      assert.equal(await textAt(one, key), undefined);
      assert.deepEqual(await one.store.claim(key, claimBound), fenced);
      assert.deepEqual(await one.store.claim(key, { ...claimBound, evenIfFresh: true }), fenced);
    }
  }),

  tierCase('refuses what was loaded before the fence', async (one, other) => {
    const token = await tokenFor(one, 'k');
    await other.store.fence(['k'], fence);
    assert.equal(await one.store.fill('k', token, fillOf(one, '"old"'), bound), false);
    assert.equal(await textAt(one, 'k'), undefined);
  }),

  tierCase('keeps a fence up through the invalidations of others, until its own write is done', async (one, other) => {
    await one.store.fence(['k'], fence);
    await other.invalidate('k');
    assert.deepEqual(await other.store.claim('k', claimBound), fenced);
    await one.store.release('k', '!write-1');
    assert.equal(await put(other, 'k', '1'), true);
  }),

  tierCase('keeps a key fenced until the last of several writes is done', async (one, other) => {
    await Promise.all([
      one.store.fence(['k'], fence),
      other.store.fence(['k'], { ...fence, id: 'write-2' }),
      other.store.fence(['k'], { ...fence, id: 'write-3', ttlMs: 5000 }),
    ]);
    await one.store.release('k', '!write-1');
    await other.store.release('k', '!write-3');
    await other.store.release('k', '!unknown');
    assert.deepEqual(await one.store.claim('k', claimBound), fenced);
    await other.store.release('k', '!write-2');
    hasAll(await one.store.claim('k', claimBound), { kind: 'claimed' });
  }),

  tierCase('lets a fence fall by itself when its writer has died', async (one) => {
    await one.store.fence(['k'], { ...fence, ttlMs: 300 });
    assert.deepEqual(await one.store.claim('k', claimBound), fenced);
    assert.notEqual(await untilClaimed(one, 'k'), '');
  }),

  tierCase('keeps a fence over a clear', async (one) => {
    await one.store.fence(['k'], fence);
    await one.follower.caughtUpTo(await one.log.clear());
    assert.deepEqual(await one.store.claim('k', claimBound), fenced);
  }),

  tierCase('fences many keys at once', async (one) => {
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
    await one.store.fence(keys, fence);
    const kinds = await Promise.all(keys.map(async (key) => (await one.store.claim(key, claimBound)).kind));
    assert.deepEqual(new Set(kinds), new Set(['fenced']));
  }),
];
