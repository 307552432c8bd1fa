import { expect, it } from 'vitest';

import { bound, fillOf, put, type TierSession, tokenFor } from './tier-lab.ts';

/** Tags, over a log in Redis. */
export function describeTags(sessions: () => readonly [TierSession, TierSession]): void {
  const tagsOf = async ({ store }: TierSession, key: string): Promise<boolean> => {
    const value = await store.get(key, bound);
    return store.isTagFresh(value!, bound);
  };

  it('knows that a tag was invalidated after a value was loaded', async () => {
    const [one, other] = sessions();
    await put(one, 'a', '1', { tags: ['org:7', 'plan:x'] });
    await put(one, 'b', '1', { tags: ['org:8'] });
    await put(one, 'c', '1');
    expect(await tagsOf(other, 'a')).toBe(true);
    await one.follower.caughtUpTo(await other.log.publish([], { tags: ['org:7'] }));
    expect(await tagsOf(other, 'a')).toBe(false);
    expect(await tagsOf(one, 'a')).toBe(false);
    expect(await tagsOf(other, 'b')).toBe(true);
    expect(await tagsOf(other, 'c')).toBe(true);
    await one.invalidate('a');
    await put(one, 'a', '2', { tags: ['org:7'] });
    await other.follower.caughtUpTo(await other.log.publish(['elsewhere']));
    expect(await tagsOf(other, 'a')).toBe(true);
  });

  it('refuses what was loaded before its tag was invalidated', async () => {
    const [one, other] = sessions();
    for (const tag of ['seen', 'unseen']) {
      if (tag === 'seen') await put(one, 'first', '1', { tags: [tag] });
      const value = fillOf(one, '1', { tags: [tag] });
      const token = await tokenFor(one, tag);
      await other.log.publish([], { tags: [tag] });
      expect(await one.store.fill(tag, token, value, bound)).toBe(false);
    }
  });

  it('does not take a tag for fresh across a clear', async () => {
    const [one, other] = sessions();
    const asOf = fillOf(one, '1', { tags: ['org:7'] });
    await one.follower.caughtUpTo(await other.log.clear());
    expect(await one.store.isTagFresh(asOf, bound)).toBe(false);
    expect(await one.store.isTagFresh({ tags: ['org:7'], tagEpoch: '', tagSequence: 0 }, bound)).toBe(false);
    expect(await one.store.isTagFresh(fillOf(one, '1', { tags: ['org:7'] }), bound)).toBe(true);
  });
}
