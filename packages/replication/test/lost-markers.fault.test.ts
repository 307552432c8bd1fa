import { expect, it } from 'vitest';

import { journalShardsKey } from '../src/journal/journal-keys.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
import { startTwoRegions } from './two-regions.ts';
import { MAX_WRITE_MS, startTwoWriters, type TwoWriters } from './two-writers.ts';

/** Both regions have three new shards, in which nothing was written but markers. */
async function startQuiet(): Promise<TwoWriters> {
  const regions = await startTwoWriters({ retainBytes: 0 });
  const { east, west } = regions;
  await Promise.all(
    Object.entries({ east, west }).map(async ([region, { client }]) => {
      await client.set(journalShardsKey(region), '2');
      await reshardJournal({ client, region, shards: 3 });
      await expect.poll(() => client.get(journalShardsKey(region))).toBe('3@2');
    }),
  );
  return regions;
}

/** Stores nine names in west, in all shards, and gives those that east has not taken. */
async function refusedBy({ east, west }: TwoWriters, round: number): Promise<string[]> {
  const names = Array.from({ length: 9 }, (_, n) => `quiet-${round}-${n}`);
  await Promise.all(names.map((name) => west.store(name, 'west')));
  await expect.poll(() => west.shipper.status()[0]!.queuedOperations).toBe(0);
  return names.filter((name) => east.applier.state.get(name) !== 'west');
}

it.each([
  ['its own Redis', ['east']],
  ['both', ['east', 'west']],
] as const)('a region that writes nothing takes stores again soon after %s lost all', async (_, lost) => {
  await using regions = await startQuiet();
  let round = 0;
  const refused = (): Promise<string[]> => refusedBy(regions, (round += 1));
  await expect.poll(refused, { timeout: 15_000 }).toEqual([]);
  await Promise.all(lost.map((name) => regions[name].client.flushall()));
  // Until then writes may have begun before the loss, and have seen what they saw.
  const lostAt = performance.now();
  await expect.poll(() => performance.now() - lostAt > 3 * MAX_WRITE_MS).toBe(true);
  await expect.poll(refused, { timeout: 8000 }).toEqual([]);
});

it('measures the lag again when Redis has lost the marker that was on its way', async () => {
  await using regions = await startTwoRegions();
  await regions.write(5);
  const shipper = regions.ship({ markerIntervalMs: 50 });
  const measured = (): number => shipper.status()[0]!.measuredLagMs ?? Number.POSITIVE_INFINITY;
  await expect.poll(measured).toBeLessThan(1000);
  await regions.west.freeze();
  await expect.poll(measured).toBeGreaterThan(1000);
  await regions.journal.close();
  await regions.eastClient.flushall();
  await regions.west.thaw();
  await expect.poll(measured).toBeLessThan(1000);
});
