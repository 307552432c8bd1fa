import assert from 'node:assert/strict';

import { tierCase, type TierConformanceCase } from './tier-case.ts';
import { bound, fillOf, put, type TierSession, tokenFor } from './tier-session.ts';

const needs = ['knowsTags'] as const;

/** What the tier knows of tags. */
export const tagCases: readonly TierConformanceCase[] = [
  tierCase(
    'knows that a tag was invalidated after a value was loaded',
    async (one, other) => {
      await put(one, 'a', '1', { tags: ['org:7', 'plan:x'] });
      await put(one, 'b', '1', { tags: ['org:8'] });
      await put(one, 'c', '1');
      assert.equal(await isFresh(other, 'a'), true);
      await one.follower.caughtUpTo(await other.log.publish([], { tags: ['org:7'] }));
      assert.equal(await isFresh(other, 'a'), false);
      assert.equal(await isFresh(one, 'a'), false);
      assert.equal(await isFresh(other, 'b'), true);
      assert.equal(await isFresh(other, 'c'), true);
      await one.invalidate('a');
      await put(one, 'a', '2', { tags: ['org:7'] });
      await other.follower.caughtUpTo(await other.log.publish(['elsewhere']));
      assert.equal(await isFresh(other, 'a'), true);
    },
    needs,
  ),

  tierCase(
    'refuses what was loaded before its tag was invalidated',
    async (one, other) => {
      for (const tag of ['seen', 'unseen']) {
        if (tag === 'seen') await put(one, 'first', '1', { tags: [tag] });
        const value = fillOf(one, '1', { tags: [tag] });
        const token = await tokenFor(one, tag);
        await other.log.publish([], { tags: [tag] });
        assert.equal(await one.store.fill(tag, token, value, bound), false);
      }
    },
    needs,
  ),

  tierCase(
    'does not take a tag for fresh across a clear',
    async (one, other) => {
      const asOf = fillOf(one, '1', { tags: ['org:7'] });
      await one.follower.caughtUpTo(await other.log.clear());
      assert.equal(await one.store.isTagFresh(asOf, bound), false);
      assert.equal(await one.store.isTagFresh({ tags: ['org:7'], tagEpoch: '', tagSequence: 0 }, bound), false);
      assert.equal(await one.store.isTagFresh(fillOf(one, '1', { tags: ['org:7'] }), bound), true);
    },
    needs,
  ),
];

async function isFresh({ store }: TierSession, key: string): Promise<boolean> {
  const value = await store.get(key, bound);
  return store.isTagFresh(value!, bound);
}
