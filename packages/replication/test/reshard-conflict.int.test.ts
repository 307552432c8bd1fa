import { expect, it } from 'vitest';

import { openWriteWatch } from '../src/conflicts/write-watch.ts';
import { journalShardsKey } from '../src/journal/journal-keys.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
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
