import assert from 'node:assert/strict';

import { eventually, hasAll, tierCase, type TierConformanceCase } from './tier-case.ts';
import { bound, claimBound, fillOf, put, textAt, type TierSession, tokenFor } from './tier-session.ts';

const ahead = { ...claimBound, evenIfFresh: true };

/** Invalidations, clears, staleness and refreshing ahead. */
export const coherenceCases: readonly TierConformanceCase[] = [
  tierCase('drops the value of an invalidated key, and no other', async (one, other) => {
    await put(one, 'k', '1');
    await put(one, 'other', '2');
    await other.invalidate('k');
    assert.equal(await textAt(one, 'k'), undefined);
    assert.equal(await textAt(one, 'other'), '2');
  }),

  tierCase('refuses what was loaded before an invalidation', async (one, other) => {
    const token = await tokenFor(one, 'k');
    await other.invalidate('k');
    assert.equal(await one.store.fill('k', token, fillOf(one, '"old"'), bound), false);
    assert.equal(await textAt(other, 'k'), undefined);
    hasAll(await other.store.claim('k', claimBound), { kind: 'claimed' });
  }),

  tierCase('refuses a late value while the next loader is at work, and takes that of the next', async (one, other) => {
    const late = await tokenFor(one, 'k');
    await other.invalidate('k');
    const next = await tokenFor(other, 'k');
    assert.equal(await one.store.fill('k', late, fillOf(one, '"old"'), bound), false);
    assert.equal(await other.store.fill('k', next, fillOf(other, '"new"'), bound), true);
    assert.equal(await textAt(one, 'k'), '"new"');
  }),

  tierCase('forgets everything at a clear, and takes only what is loaded after it', async (one, other) => {
    await put(one, 'k', '1');
    const token = await tokenFor(one, 'loading');
    const position = await other.log.clear();
    await Promise.all([one.follower.caughtUpTo(position), other.follower.caughtUpTo(position)]);
    assert.equal(await textAt(one, 'k'), undefined);
    assert.deepEqual(await one.store.getMany(['k'], bound), [undefined]);
    assert.equal(await one.store.fill('loading', token, fillOf(one, '"old"'), bound), false);
    assert.equal(await textAt(other, 'loading'), undefined);
    assert.equal(await put(other, 'k', '2'), true);
    assert.equal(await textAt(one, 'k'), '2');
  }),

  tierCase('offers a value in its grace as stale, to the loader and to those who wait', async (one, other) => {
    await put(one, 'k', '"old"', { ttlMs: 200, graceMs: 60_000 });
    await eventually(
      () => one.store.claim('k', claimBound),
      ({ kind }) => kind === 'claimed',
    );
    const busy = await other.store.claim('k', claimBound);
    hasAll(busy, { kind: 'busy', stale: { bytes: '"old"' } });
    assert.ok(busy.kind === 'busy' && busy.stale!.freshForMs <= 0, 'the stale value counts as fresh');
    assert.ok((await other.store.get('k', bound))!.freshForMs <= 0, 'a read takes the stale value for fresh');
  }),

  tierCase('replaces a stale value', async (one, other) => {
    await put(one, 'k', '"old"', { ttlMs: 1, graceMs: 60_000 });
    await eventually(
      () => one.store.get('k', bound),
      (value) => value!.freshForMs <= 0,
    );
    const read = await one.store.claim('k', claimBound);
    hasAll(read, { kind: 'claimed', stale: { bytes: '"old"' } });
    const token = read.kind === 'claimed' ? read.token : '';
    assert.equal(await one.store.fill('k', token, fillOf(one, '"new"'), bound), true);
    hasAll(await other.store.claim('k', claimBound), { kind: 'hit', value: { bytes: '"new"' } });
  }),

  tierCase('forgets a value when its time and its grace have passed', async (one) => {
    await put(one, 'k', '1', { ttlMs: 300, graceMs: 300 });
    await eventually(
      () => textAt(one, 'k'),
      (text) => text === undefined,
    );
  }),

  tierCase('lets one caller refresh a fresh value, which all read meanwhile', async (one, other) => {
    await put(one, 'k', '"old"');
    const read = await one.store.claim('k', ahead);
    hasAll(read, { kind: 'claimed', stale: { bytes: '"old"' } });
    hasAll(await other.store.claim('k', ahead), { kind: 'busy', stale: { bytes: '"old"' } });
    hasAll(await other.store.claim('k', claimBound), { kind: 'hit' });
    assert.equal(await textAt(other, 'k'), '"old"');
    const token = read.kind === 'claimed' ? read.token : '';
    assert.equal(await one.store.fill('k', token, fillOf(one, '"new"'), bound), true);
    assert.equal(await textAt(other, 'k'), '"new"');
    hasAll(await other.store.claim('k', ahead), { kind: 'claimed' });
  }),

  tierCase('refuses a value refreshed ahead across an invalidation', async (one, other) => {
    await put(one, 'k', '"old"');
    const token = await tokenFor(one, 'k', { evenIfFresh: true });
    await other.invalidate('k');
    assert.equal(await one.store.fill('k', token, fillOf(one, '"old"'), bound), false);
    assert.equal(await textAt(other, 'k'), undefined);
  }),

  tierCase('leaves the value when a refresh ahead is given back, and lets another refresh', async (one, other) => {
    await put(one, 'k', '"old"');
    await one.store.release('k', await tokenFor(one, 'k', { evenIfFresh: true }));
    assert.equal(await textAt(other, 'k'), '"old"');
    hasAll(await other.store.claim('k', ahead), { kind: 'claimed' });
  }),

  tierCase('holds nothing older than the last write after 4,000 loads that race with invalidations', race),
];

async function race(one: TierSession, other: TierSession): Promise<void> {
  const database = new Map<string, number>();
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => void setImmediate(resolve));
  };
  const someTurns = (): Promise<void> => turns(Math.floor(Math.random() * 6));
  let filled = 0;
  const load = async (session: TierSession, key: string): Promise<void> => {
    const read = await session.store.claim(key, claimBound);
    if (read.kind !== 'claimed') return;
    const version = database.get(key) ?? 0;
    await someTurns();
    if (await session.store.fill(key, read.token, fillOf(session, String(version)), bound)) filled++;
  };
  const write = async (session: TierSession, key: string): Promise<void> => {
    await someTurns();
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
  assert.deepEqual(stale, []);
  assert.ok(filled > 200, `only ${filled} loads were stored: the race did not take place`);
}
