import { setTimeout as pause } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalKeys, journalShardsKey } from '../src/journal/journal-keys.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
import { shardOf } from '../src/operation/shard-of.ts';
import type { Shipper } from '../src/shipper/shipper.ts';
import { set } from './operations.ts';
import { readStoredBlocks } from './read-journal.ts';
import { seeded } from './seeded.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const SETTLE_MS = 200;

const recordOf = ({ eastClient }: TwoRegions): Promise<string | null> => eastClient.get(journalShardsKey('east'));

/** Writes while `work` is done, and a while longer. */
async function writeDuring(regions: TwoRegions, work: () => Promise<void>): Promise<void> {
  const state = { isDone: false };
  const done = work().finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    await regions.write(30);
    await pause(5);
  }
  await regions.write(30);
  await done;
}

it.each([
  { seed: 3, from: 4, to: 9, receivers: 2 },
  { seed: 8, from: 6, to: 2, receivers: 1 },
])('changes the number of shards of a live journal while all of it is killed (%j)', async (options) => {
  const random = seeded(options.seed);
  await using regions = await startTwoRegions({ shards: options.from, receivers: options.receivers });
  const { east, west, eastClient: client } = regions;
  const ship = (): Shipper => regions.ship({ settleMs: SETTLE_MS, timeoutMs: 300 });
  const shippers = [ship(), ship()];
  await regions.write(200);
  const faults = [
    ...[east, west].map((server) => async () => {
      await server.kill();
      await pause(random() * 100);
      await server.restart();
    }),
    async () => {
      const at = random() < 0.5 ? 0 : 1;
      await shippers[at]!.close();
      shippers[at] = ship();
    },
  ];
  await writeDuring(regions, async () => {
    await expect(reshardJournal({ client, region: 'east', shards: options.to })).resolves.toEqual({
      from: options.from,
      to: options.to,
      isDone: false,
    });
    for (let round = 0; round < 8; round += 1) {
      await faults[Math.floor(random() * faults.length)]!();
      await pause(random() * 150);
    }
    await expect.poll(() => recordOf(regions)).toBe(`${options.to}@${options.from}`);
  });
  await regions.converge();
  expect(regions.applier.backwardSteps()).toBe(0);
  expect(regions.journal.stats().lostBlocks).toBe(0);
  // What is written now lies in the new shards only.
  const lengths = await Promise.all(
    Array.from({ length: options.from }, (_, shard) => client.xlen(journalKeys('east', shard).stream)),
  );
  expect(Math.max(...lengths)).toBeLessThanOrEqual(1);
});

it('ships nothing of the new shards to a region before it has applied all of the old ones', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const { eastClient: client, applier } = regions;
  await regions.write(40);
  const shipper = regions.ship({ settleMs: SETTLE_MS });
  await regions.converge();
  let isDown = true;
  applier.before = () => {
    if (isDown) throw new Error('down');
  };
  // One for each old shard, which the receiver cannot apply yet.
  await regions.journal.append(set('old', 1));
  await regions.write(20);
  await reshardJournal({ client, region: 'east', shards: 3 });
  await expect.poll(() => client.hget(journalKeys('east', 0).meta, 'sealed')).toBe('1');
  await regions.write(20);
  expect(await client.xlen(journalKeys('east', 2).stream)).toBeGreaterThan(0);
  await pause(4 * SETTLE_MS);
  const [link] = shipper.status();
  expect(link!.reshard).toEqual({ from: 2, to: 3, shardsLeft: 2 });
  expect(link!.shards.map(({ shard, isWaiting = false }) => [shard, isWaiting])).toEqual([
    [0, false],
    [1, false],
    [2, true],
    [3, true],
    [4, true],
  ]);
  expect(await client.get(journalShardsKey('east'))).toBe('2@0 3@2');
  isDown = false;
  await expect.poll(() => applier.state.get('old')).toBe('1');
  applier.state.delete('old');
  await regions.converge();
  await expect.poll(() => shipper.status()[0]!.shards.map(({ shard }) => shard)).toEqual([2, 3, 4]);
  expect(shipper.status()[0]).toMatchObject({ connected: true });
  expect(applier.backwardSteps()).toBe(0);
});

it('has a writer that hears of it late go over, with what waited, whatever number it was given', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const { eastClient: client } = regions;
  await using late = createJournal({ client, region: 'east', shards: 2 });
  await late.append(set('late', 1));
  regions.ship({ settleMs: SETTLE_MS });
  await reshardJournal({ client, region: 'east', shards: 5 });
  await expect.poll(() => recordOf(regions)).toBe('5@2');
  await reshardJournal({ client, region: 'east', shards: 3 });
  await expect.poll(() => recordOf(regions)).toBe('3@7');
  for (const shards of [2, 5, 3, 9]) {
    await using journal = createJournal({ client, region: 'east', shards });
    await Promise.all([2, 3].map((n) => late.append(set('late', n * 10 + shards))));
    await Promise.all([4, 5].map((n) => journal.append(set(`of-${shards}`, n))));
    await expect.poll(() => regions.applier.state.get('late')).toBe(String(30 + shards));
    await expect.poll(() => regions.applier.state.get(`of-${shards}`)).toBe('5');
  }
  expect(await recordOf(regions)).toBe('3@7');
  await using wide = createJournal({ client, region: 'east', shards: 40 });
  await Promise.all(Array.from({ length: 60 }, (_, n) => wide.append(set(`wide-${n}`, n))));
  for (const shard of [7, 8, 9]) {
    const keys = (await readStoredBlocks(client, 'east', shard)).flatMap(({ operations }) => operations);
    expect(keys.map(({ key }) => 7 + shardOf(key, 3))).toEqual(keys.map(() => shard));
  }
});

it('begins no second change while one is under way, and nothing where nothing is to be done', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const reshard = (shards: number) => reshardJournal({ client: regions.eastClient, region: 'east', shards });
  await expect(reshard(4)).rejects.toMatchObject({ code: 'ERR_REPLICATION_SHARDS' });
  await regions.write(1);
  await expect(reshard(2)).resolves.toEqual({ from: 2, to: 2, isDone: true });
  await expect(reshard(4)).resolves.toEqual({ from: 2, to: 4, isDone: false });
  await expect(reshard(4)).resolves.toEqual({ from: 2, to: 4, isDone: false });
  await expect(reshard(8)).rejects.toMatchObject({ code: 'ERR_REPLICATION_SHARDS' });
  await expect(reshard(0)).rejects.toThrow(RangeError);
  expect(await recordOf(regions)).toBe('2@0 4@2');
});
