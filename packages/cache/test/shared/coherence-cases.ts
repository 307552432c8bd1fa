import { expect, it } from 'vitest';

import { bound, claimBound, fillOf, put, textAt, type TierSession, tokenFor } from './tier-lab.ts';

/** Invalidations, clears, staleness and refreshing ahead. */
export function describeCoherence(sessions: () => readonly [TierSession, TierSession]): void {
  it('drops the value of an invalidated key, and no other', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '1');
    await put(one, 'other', '2');
    await other.invalidate('k');
    expect(await textAt(one, 'k')).toBeUndefined();
    expect(await textAt(one, 'other')).toBe('2');
  });

  it('refuses what was loaded before an invalidation', async () => {
    const [one, other] = sessions();
    const token = await tokenFor(one, 'k');
    await other.invalidate('k');
    expect(await one.store.fill('k', token, fillOf(one, '"old"'), bound)).toBe(false);
    expect(await textAt(other, 'k')).toBeUndefined();
    expect(await other.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
  });

  it('refuses a late value while the next loader is at work, and takes that of the next', async () => {
    const [one, other] = sessions();
    const late = await tokenFor(one, 'k');
    await other.invalidate('k');
    const next = await tokenFor(other, 'k');
    expect(await one.store.fill('k', late, fillOf(one, '"old"'), bound)).toBe(false);
    expect(await other.store.fill('k', next, fillOf(other, '"new"'), bound)).toBe(true);
    expect(await textAt(one, 'k')).toBe('"new"');
  });

  it('forgets everything at a clear, refuses what was loaded before, and takes what is loaded after', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '1');
    const token = await tokenFor(one, 'loading');
    const position = await other.log.clear();
    await Promise.all([one.follower.caughtUpTo(position), other.follower.caughtUpTo(position)]);
    expect(await textAt(one, 'k')).toBeUndefined();
    expect(await one.store.getMany(['k'], bound)).toEqual([undefined]);
    expect(await one.store.fill('loading', token, fillOf(one, '"old"'), bound)).toBe(false);
    expect(await textAt(other, 'loading')).toBeUndefined();
    expect(await put(other, 'k', '2')).toBe(true);
    expect(await textAt(one, 'k')).toBe('2');
  });

  it('offers a value past its time as stale, within its grace, to the loader and to those who wait', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '"old"', { ttlMs: 200, graceMs: 60_000 });
    await expect.poll(() => one.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
    const busy = await other.store.claim('k', claimBound);
    expect(busy).toMatchObject({ kind: 'busy', stale: { bytes: '"old"' } });
    expect((busy as { stale: { freshForMs: number } }).stale.freshForMs).toBeLessThanOrEqual(0);
    expect((await other.store.get('k', bound))!.freshForMs).toBeLessThanOrEqual(0);
  });

  it('replaces a stale value', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '"old"', { ttlMs: 1, graceMs: 60_000 });
    await expect.poll(async () => (await one.store.get('k', bound))!.freshForMs <= 0).toBe(true);
    const read = await one.store.claim('k', claimBound);
    expect(read).toMatchObject({ kind: 'claimed', stale: { bytes: '"old"' } });
    const { token } = read as { token: string };
    expect(await one.store.fill('k', token, fillOf(one, '"new"'), bound)).toBe(true);
    expect(await other.store.claim('k', claimBound)).toMatchObject({ kind: 'hit', value: { bytes: '"new"' } });
  });

  it('forgets a value when its time and its grace have passed', async () => {
    const [one] = sessions();
    await put(one, 'k', '1', { ttlMs: 300, graceMs: 300 });
    await expect.poll(() => textAt(one, 'k')).toBeUndefined();
  });

  it('lets one caller refresh a fresh value, which all read meanwhile', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '"old"');
    const ahead = { ...claimBound, evenIfFresh: true };
    const read = await one.store.claim('k', ahead);
    expect(read).toMatchObject({ kind: 'claimed', stale: { bytes: '"old"' } });
    expect(await other.store.claim('k', ahead)).toMatchObject({ kind: 'busy', stale: { bytes: '"old"' } });
    expect(await other.store.claim('k', claimBound)).toMatchObject({ kind: 'hit' });
    expect(await textAt(other, 'k')).toBe('"old"');
    const { token } = read as { token: string };
    expect(await one.store.fill('k', token, fillOf(one, '"new"'), bound)).toBe(true);
    expect(await textAt(other, 'k')).toBe('"new"');
    expect(await other.store.claim('k', ahead)).toMatchObject({ kind: 'claimed' });
  });

  it('refuses a value refreshed ahead across an invalidation', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '"old"');
    const token = await tokenFor(one, 'k', { evenIfFresh: true });
    await other.invalidate('k');
    expect(await one.store.fill('k', token, fillOf(one, '"old"'), bound)).toBe(false);
    expect(await textAt(other, 'k')).toBeUndefined();
  });

  it('leaves the value in place when a refresh ahead is given back, and lets another refresh', async () => {
    const [one, other] = sessions();
    await put(one, 'k', '"old"');
    await one.store.release('k', await tokenFor(one, 'k', { evenIfFresh: true }));
    expect(await textAt(other, 'k')).toBe('"old"');
    expect(await other.store.claim('k', { ...claimBound, evenIfFresh: true })).toMatchObject({ kind: 'claimed' });
  });

  it('holds no value that is older than the last write after 4,000 loads that race with invalidations', async () => {
    const [one, other] = sessions();
    const database = new Map<string, number>();
    const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    const turns = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await turn();
    };
    let filled = 0;
    const load = async (session: TierSession, key: string): Promise<void> => {
      const read = await session.store.claim(key, claimBound);
      if (read.kind !== 'claimed') return;
      const version = database.get(key) ?? 0;
      await turns(Math.floor(Math.random() * 6));
      if (await session.store.fill(key, read.token, fillOf(session, String(version)), bound)) filled++;
    };
    const write = async (session: TierSession, key: string): Promise<void> => {
      await turns(Math.floor(Math.random() * 6));
      database.set(key, 1);
      await session.store.drop([key], bound);
      await session.log.publish([key]);
    };
    const stale: string[] = [];
    const trial = async (key: string): Promise<void> => {
      await Promise.all([load(one, key), write(other, key), load(other, key), load(one, key)]);
      const text = await textAt(one, key);
      if (text !== undefined && text !== '1') stale.push(key);
    };
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 100 }, (_, i) => trial(`race:${round}:${i}`)));
    }
    expect(stale).toEqual([]);
    expect(filled).toBeGreaterThan(200);
  });
}
