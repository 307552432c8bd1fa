import { expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { del, set } from './operations.ts';
import { MAX_WRITE_MS, startTwoWriters, type TwoWriters, type Writer } from './two-writers.ts';

const queued = ({ shipper }: Writer): number => shipper.status()[0]!.queuedOperations;

/** Waits until both have applied all of the other, what they found on the way included. */
async function settle({ east, west }: TwoWriters): Promise<void> {
  for (const key of ['end:1', 'end:2', 'end:3', 'end:4']) {
    await east.store(`${key}:e`, 1);
    await west.store(`${key}:w`, 1);
    await expect
      .poll(() => [west.applier.state.has(`${key}:e`), east.applier.state.has(`${key}:w`)])
      .toEqual([true, true]);
  }
  await expect.poll(() => queued(east) + queued(west)).toBe(0);
}

const cut = (regions: TwoWriters, isCut: boolean): void => {
  regions.east.isCut = isCut;
  regions.west.isCut = isCut;
};

it('deletes on both sides what both stored without knowing of each other, and keeps the rest', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  cut(regions, true);
  const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`);
  for (const key of keys) await Promise.all([east.store(key, 'east'), west.store(key, 'west')]);
  await Promise.all([east.store('only-east', 1), west.store('only-west', 2), west.journal.append(del('deleted'))]);
  await east.store('deleted', 'east');
  cut(regions, false);
  await settle(regions);
  const held = ({ applier }: Writer): (string | undefined)[] =>
    [...keys, 'deleted', 'only-east', 'only-west'].map((key) => applier.state.get(key));
  const expected = [...keys.map(() => undefined), undefined, '1', '2'];
  await expect.poll(() => [held(east), held(west)]).toEqual([expected, expected]);
  expect(east.receiver.stats().conflicts + west.receiver.stats().conflicts).toBeGreaterThanOrEqual(31);
});

it('keeps the newer of two stores when its region knew of the older one, back and forth', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  for (let round = 0; round < 6; round += 1) {
    const [from, to] = round % 2 === 0 ? [east, west] : [west, east];
    await from.store('key', round);
    await expect.poll(() => to.applier.state.get('key')).toBe(String(round));
    // Until what was applied before has been looked at, and is as old as a write may take.
    const until = performance.now() + 2 * MAX_WRITE_MS;
    await expect.poll(() => performance.now() > until).toBe(true);
  }
  await settle(regions);
  expect([east.applier.state.get('key'), west.applier.state.get('key')]).toEqual(['5', '5']);
  expect([east.receiver.stats().conflicts, west.receiver.stats().conflicts]).toEqual([0, 0]);
});

it('finds a write that had not been appended yet when the other one arrived', async () => {
  await using regions = await startTwoWriters({ maxWriteMs: 2000 });
  const { east, west } = regions;
  west.applier.state.set('key', 'west');
  await east.store('key', 'east');
  await expect.poll(() => west.applier.state.get('key')).toBe('east');
  // Its cursors are read several times meanwhile.
  const until = performance.now() + 900;
  await expect.poll(() => performance.now() > until).toBe(true);
  // The append of what was written before.
  await west.journal.append(set('key', 'west'));
  await expect.poll(() => [east.applier.state.has('key'), west.applier.state.has('key')]).toEqual([false, false]);
});

it('knows what was written before the receiver was started, as far back as the journal is kept', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  await west.store('key', 'west');
  await expect.poll(() => east.applier.state.get('key')).toBe('west');
  await expect.poll(() => queued(west)).toBe(0);
  await west.restartReceiver();
  await east.journal.append({ ...set('other', 1) });
  await expect.poll(() => west.applier.state.get('other')).toBe('1');
  expect(west.receiver.stats().unknownConflicts).toBe(0);
});

it('makes a miss of a store when it cannot know any more', async () => {
  await using regions = await startTwoWriters({ retainBytes: 0 });
  const { east, west } = regions;
  west.isCut = true;
  await east.store('key', 'east');
  for (let n = 0; n < 20; n += 1) await west.store(`noise-${n}`, n);
  const { stream } = journalKeys('west', 0);
  await expect.poll(() => west.client.xlen(stream)).toBe(1);
  await west.restartReceiver();
  west.applier.state.set('key', 'stale');
  west.isCut = false;
  await expect.poll(() => west.applier.state.get('key')).toBeUndefined();
  expect(west.receiver.stats().unknownConflicts).toBeGreaterThan(0);
});

it('leaves alone what comes from a journal that names no peers', async () => {
  await using regions = await startTwoWriters();
  // East must not find out either.
  regions.east.isCut = true;
  await using plain = createJournal({ client: regions.east.client, region: 'east', shards: 2 });
  await regions.west.store('key', 'west');
  await plain.append(set('key', 'east'));
  await expect.poll(() => regions.west.applier.state.get('key')).toBe('east');
});
