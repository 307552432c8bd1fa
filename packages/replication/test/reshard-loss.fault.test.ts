import { expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalShardsKey } from '../src/journal/journal-keys.ts';
import { claimLayouts, formatLayouts } from '../src/layout/journal-layout.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
import { createShipper } from '../src/shipper/shipper.ts';
import type { Transport } from '../src/transport/transport.ts';
import { set } from './operations.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const SETTLE_MS = 200;
const NAMES = Array.from({ length: 12 }, (_, n) => `name-${n}`);

const recordOf = ({ eastClient }: TwoRegions): Promise<string | null> => eastClient.get(journalShardsKey('east'));

/** A journal of two shards that was changed to three, and that all of them have gone over to. */
async function startChanged(): Promise<TwoRegions> {
  const regions = await startTwoRegions({ shards: 2 });
  await regions.write(40);
  regions.ship({ settleMs: SETTLE_MS });
  await reshardJournal({ client: regions.eastClient, region: 'east', shards: 3 });
  await expect.poll(() => recordOf(regions)).toBe('3@2');
  await regions.write(20);
  await regions.converge();
  return regions;
}

/** Stores each name with both journals in turn, the last time with the old one, and waits until west has that. */
async function writeWithBoth({ eastClient: client, journal, applier }: TwoRegions): Promise<void> {
  await using late = createJournal({ client, region: 'east', shards: 2 });
  for (const [at, by] of [journal, late, journal].entries())
    await Promise.all(NAMES.map((name) => by.append(set(name, at))));
  await expect
    .poll(() => NAMES.map((name) => applier.state.get(name)), { timeout: 10_000 })
    .toEqual(NAMES.map(() => '2'));
}

it('goes on with the shards of the last change when Redis has lost everything', async () => {
  await using regions = await startChanged();
  await regions.eastClient.flushall();
  await expect.poll(() => recordOf(regions)).toBe('3@2');
  await writeWithBoth(regions);
  expect(await recordOf(regions)).toBe('3@2');
  // Nothing is left behind in shards that nobody ships.
  expect(await regions.eastClient.exists('{lockstep:journal:east:0}:stream')).toBe(0);
});

it.each(['2', '2@0'])('brings those who begin anew over to them, though %j is written down first', async (record) => {
  await using regions = await startChanged();
  const { eastClient: client, journal, applier } = regions;
  await client.multi().flushall().set(journalShardsKey('east'), record).exec();
  await using anew = createJournal({ client, region: 'east', shards: 2 });
  await anew.append(set('anew', 1));
  await expect.poll(() => applier.state.get('anew'), { timeout: 10_000 }).toBe('1');
  await expect.poll(() => recordOf(regions), { timeout: 10_000 }).toBe('3@2');
  await writeWithBoth(regions);
  await Promise.all(NAMES.map((name) => anew.append(set(name, 'anew'))));
  await Promise.all(NAMES.map((name) => journal.append(set(name, 'old'))));
  await expect.poll(() => NAMES.map((name) => applier.state.get(name))).toEqual(NAMES.map(() => 'old'));
});

it('ships nothing of the newer shards, when the older ones are in use again, before those have arrived', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const { eastClient: client, journal, receiver, applier } = regions;
  let isHeld = false;
  const transport: Transport = {
    position: (source, shard) => receiver.position(source, shard),
    async send(batch) {
      if (isHeld && batch.shard < 2) throw new Error('held');
      const { kind, ...position } = await receiver.receive(batch);
      return { kind: kind === 'gap' ? 'gap' : 'accepted', ...position };
    },
  };
  const tuning = { shards: 2, settleMs: SETTLE_MS, monitorIntervalMs: 20, blockMs: 100 };
  const links = [{ to: 'west', transport }];
  await using shipper = createShipper({ client, region: 'east', links, ...tuning, retry: { minMs: 5, maxMs: 20 } });
  shipper.start();
  await regions.write(20);
  await reshardJournal({ client, region: 'east', shards: 3 });
  await expect.poll(() => recordOf(regions)).toBe('3@2');
  await journal.append(set('key', 1));
  await expect.poll(() => applier.state.get('key')).toBe('1');
  isHeld = true;
  await client.multi().flushall().set(journalShardsKey('east'), '2').exec();
  await using anew = createJournal({ client, region: 'east', shards: 2 });
  await Promise.all(NAMES.map((name) => anew.append(set(name, 'older'))));
  await expect.poll(() => recordOf(regions)).toBe('2@0 3@2');
  await Promise.all(NAMES.map((name) => journal.append(set(name, 'newer'))));
  const held = (): unknown => shipper.status()[0]!.shards.map(({ isWaiting = false }) => isWaiting);
  await expect.poll(held).toEqual([false, false, true, true, true]);
  isHeld = false;
  await expect.poll(() => recordOf(regions), { timeout: 10_000 }).toBe('3@2');
  const values = (): unknown => NAMES.map((name) => applier.state.get(name));
  await expect.poll(values).toEqual(NAMES.map(() => 'newer'));
});

it('writes no more when the record has become one of another number', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const { eastClient: client, journal } = regions;
  await regions.write(20);
  await client.set(journalShardsKey('east'), '5');
  const lastError = (): string | undefined => {
    void journal.append(set('key', 1)).catch(() => {});
    return journal.stats().lastError?.message;
  };
  const message = 'the journal of east has 5 shards, and 2 were asked for';
  await expect.poll(lastError, { timeout: 5000, interval: 100 }).toBe(message);
  await client.set(journalShardsKey('east'), '2');
});

it('gives other numbers to the shards where those of the record overlap with the ones that are known', async () => {
  await using regions = await startTwoRegions({ shards: 2 });
  const { eastClient: client } = regions;
  const claim = async (record: string): Promise<string> => {
    await client.set(journalShardsKey('east'), record);
    return formatLayouts(await claimLayouts(client, 'east', 2, { base: 2, shards: 3 }));
  };
  expect(await claim('2')).toBe('2@0 3@2');
  expect(await recordOf(regions)).toBe('2@0 3@2');
  expect(await claim('2@0 3@2')).toBe('2@0 3@2');
  expect(await claim('9@5')).toBe('9@5');
  expect(await claim('3')).toBe('3@0 3@5');
  expect(await claim('8')).toBe('8@0 3@8');
  await client.del(journalShardsKey('east'));
  expect(formatLayouts(await claimLayouts(client, 'east', 2, { base: 2, shards: 3 }))).toBe('3@2');
});
