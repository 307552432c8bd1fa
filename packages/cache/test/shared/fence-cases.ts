import { expect, it } from 'vitest';

import { bound, claimBound, fillOf, put, textAt, type TierSession, tokenFor } from './tier-lab.ts';

/** Fences of writes under way. */
export function describeFences(sessions: () => readonly [TierSession, TierSession]): void {
  const fence = { ...bound, id: 'write-1', ttlMs: 30_000 };

  it('drops the values of fenced keys, and has loads keep nothing', async () => {
    const [one, other] = sessions();
    await put(one, 'a', '1');
    await put(one, 'b', '1');
    await other.store.fence(['a', 'b', 'c'], fence);
    for (const key of ['a', 'b', 'c']) {
      expect(await textAt(one, key)).toBeUndefined();
      expect(await one.store.claim(key, claimBound)).toEqual({ kind: 'fenced' });
      expect(await one.store.claim(key, { ...claimBound, evenIfFresh: true })).toEqual({ kind: 'fenced' });
    }
  });

  it('refuses what was loaded before the fence', async () => {
    const [one, other] = sessions();
    const token = await tokenFor(one, 'k');
    await other.store.fence(['k'], fence);
    expect(await one.store.fill('k', token, fillOf(one, '"old"'), bound)).toBe(false);
    expect(await textAt(one, 'k')).toBeUndefined();
  });

  it('stays up through the invalidations of others, until its own write is done', async () => {
    const [one, other] = sessions();
    await one.store.fence(['k'], fence);
    await other.invalidate('k');
    expect(await other.store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    await one.store.release('k', '!write-1');
    expect(await put(other, 'k', '1')).toBe(true);
  });

  it('holds until the last of several writes is done', async () => {
    const [one, other] = sessions();
    await Promise.all([
      one.store.fence(['k'], fence),
      other.store.fence(['k'], { ...fence, id: 'write-2' }),
      other.store.fence(['k'], { ...fence, id: 'write-3', ttlMs: 5000 }),
    ]);
    await one.store.release('k', '!write-1');
    await other.store.release('k', '!write-3');
    await other.store.release('k', '!unknown');
    expect(await one.store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    await other.store.release('k', '!write-2');
    expect(await one.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
  });

  it('falls by itself when its writer has died', async () => {
    const [one] = sessions();
    await one.store.fence(['k'], { ...fence, ttlMs: 300 });
    expect(await one.store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
    await expect.poll(() => one.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
  });

  it('survives a clear', async () => {
    const [one] = sessions();
    await one.store.fence(['k'], fence);
    await one.follower.caughtUpTo(await one.log.clear());
    expect(await one.store.claim('k', claimBound)).toEqual({ kind: 'fenced' });
  });

  it('fences many keys at once', async () => {
    const [one] = sessions();
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
    await one.store.fence(keys, fence);
    const kinds = await Promise.all(keys.map(async (key) => (await one.store.claim(key, claimBound)).kind));
    expect(new Set(kinds)).toEqual(new Set(['fenced']));
  });
}
