import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';

import { openWriteWatch } from '../src/conflicts/write-watch.ts';
import { journalShardsKey } from '../src/journal/journal-keys.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
import { laneKeys } from '../src/operation/lane-keys.ts';
import { set } from './operations.ts';
import { MAX_WRITE_MS, startTwoWriters, type TwoWriters } from './two-writers.ts';

async function reshardBoth({ east, west }: TwoWriters, shards: number): Promise<void> {
  await Promise.all([
    reshardJournal({ client: east.client, region: 'east', shards }),
    reshardJournal({ client: west.client, region: 'west', shards }),
  ]);
  await expect.poll(() => east.client.get(journalShardsKey('east'))).toBe(`${shards}@2`);
  await expect.poll(() => west.client.get(journalShardsKey('west'))).toBe(`${shards}@2`);
}

it('finds conflicts by the new shards as well, and keeps what is none', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  for (const writer of [east, west]) for (let n = 0; n < 4; n += 1) await writer.store(`before-${n}`, n);
  await reshardBoth(regions, 3);
  // Every shard is used in both directions, and so long ago that nothing is under way any more.
  const names = Array.from({ length: 12 }, (_, n) => `warm-${n}`);
  for (const name of names) await Promise.all([east.store(`${name}:e`, 1), west.store(`${name}:w`, 1)]);
  const queued = () => east.shipper.status()[0]!.queuedOperations + west.shipper.status()[0]!.queuedOperations;
  await expect.poll(queued).toBe(0);
  const until = performance.now() + 3 * MAX_WRITE_MS;
  await expect.poll(() => performance.now() > until).toBe(true);
  await east.store('later', 'east');
  await expect.poll(() => west.applier.state.get('later')).toBe('east');
  for (const writer of [east, west]) writer.isCut = true;
  await Promise.all([east.store('both', 'east'), west.store('both', 'west')]);
  for (const writer of [east, west]) writer.isCut = false;
  const held = () => [east, west].map(({ applier }) => applier.state.get('both'));
  await expect.poll(held).toEqual([undefined, undefined]);
  expect(east.receiver.stats().conflicts + west.receiver.stats().conflicts).toBeGreaterThan(0);
});

it('takes a store into a region that has written nothing to the new shards', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  for (const writer of [east, west]) for (let n = 0; n < 4; n += 1) await writer.store(`before-${n}`, n);
  await reshardBoth(regions, 3);
  let round = 0;
  const takes = async (): Promise<string[]> => {
    round += 1;
    const names = Array.from({ length: 9 }, (_, n) => `quiet-${round}-${n}`);
    await Promise.all(names.map((name) => east.store(name, 'east')));
    await expect.poll(isShipped).toBe(true);
    return names.filter((name) => west.applier.state.get(name) !== 'east');
  };
  const isShipped = (): boolean => east.shipper.status()[0]!.queuedOperations === 0;
  // Those that are stored before it is known what the other region has seen go.
  await expect.poll(takes, { timeout: 15_000 }).toEqual([]);
});

it('finds conflicts between journals of the same number of shards that came to it by other steps', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  for (const writer of [east, west]) for (let n = 0; n < 4; n += 1) await writer.store(`before-${n}`, n);
  const reshardWest = async (shards: number, record: string): Promise<void> => {
    await reshardJournal({ client: west.client, region: 'west', shards });
    await expect.poll(() => west.client.get(journalShardsKey('west'))).toBe(record);
  };
  await reshardJournal({ client: east.client, region: 'east', shards: 4 });
  await reshardWest(3, '3@2');
  await reshardWest(4, '4@5');
  await expect.poll(() => east.client.get(journalShardsKey('east'))).toBe('4@2');
  const names = Array.from({ length: 24 }, (_, n) => `key-${n}`);
  const store = (value: string): Promise<unknown> =>
    Promise.all(
      names.flatMap((name) => [east.store(`${name}${value}`, 'east'), west.store(`${name}${value}`, 'west')]),
    );
  await store('-warm');
  const queued = () => east.shipper.status()[0]!.queuedOperations + west.shipper.status()[0]!.queuedOperations;
  await expect.poll(queued).toBe(0);
  const until = performance.now() + 3 * MAX_WRITE_MS;
  await expect.poll(() => performance.now() > until).toBe(true);
  for (const writer of [east, west]) writer.isCut = true;
  await store('');
  for (const writer of [east, west]) writer.isCut = false;
  await expect.poll(queued).toBe(0);
  const left = () => [east, west].flatMap(({ applier }) => names.filter((name) => applier.state.has(name)));
  await expect.poll(left).toEqual([]);
});

it('asks no more how far the other region is in shards that it has left', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  const store = async (): Promise<void> => {
    for (const { journal } of [east, west])
      await Promise.all(Array.from({ length: 12 }, (_, n) => journal.append(set(`key-${n}`, n))));
  };
  await store();
  await reshardBoth(regions, 3);
  await store();
  const calls = vi.spyOn(Redis.prototype, 'call');
  onTestFinished(() => calls.mockRestore());
  const looks = (shard: number): number => {
    const [lane] = laneKeys('east', { source: 'west', shard });
    return calls.mock.calls.filter((args: readonly unknown[]) => args[0] === 'HGET' && args[1] === lane).length;
  };
  await expect.poll(() => looks(2), { timeout: 10_000 }).toBeGreaterThan(5);
  // One may have been on its way.
  expect(looks(0)).toBeLessThanOrEqual(1);
});

it('takes every key for written in a watch that was opened before the change', async () => {
  await using regions = await startTwoWriters();
  const { east } = regions;
  await east.store('key', 1);
  await using watch = await openWriteWatch({ client: east.client, region: 'east' });
  await watch.catchUp();
  expect(watch.isWritten(Buffer.from('other'))).toBe(false);
  await reshardJournal({ client: east.client, region: 'east', shards: 3 });
  await watch.catchUp();
  expect(watch.isWritten(Buffer.from('other'))).toBe(true);
});
