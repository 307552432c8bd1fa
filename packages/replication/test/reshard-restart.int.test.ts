import { expect, it } from 'vitest';

import { journalShardsKey } from '../src/journal/journal-keys.ts';
import { reshardJournal } from '../src/layout/reshard-journal.ts';
import { MAX_WRITE_MS, startTwoWriters } from './two-writers.ts';

const NAMES = Array.from({ length: 40 }, (_, n) => `name-${n}`);

it('takes stores in all shards at once in a receiver that was started after a change', async () => {
  await using regions = await startTwoWriters();
  const { east, west } = regions;
  await Promise.all(
    Object.entries({ east, west }).map(async ([region, { client }]) => {
      await client.set(journalShardsKey(region), '2');
      await reshardJournal({ client, region, shards: 8 });
      await expect.poll(() => client.get(journalShardsKey(region))).toBe('8@2');
    }),
  );
  const isShipped = (): boolean => west.shipper.status()[0]!.queuedOperations === 0;
  const refused = async (value: string): Promise<string[]> => {
    await Promise.all(NAMES.map((name) => west.store(name, value)));
    await expect.poll(isShipped).toBe(true);
    return NAMES.filter((name) => east.applier.state.get(name) !== value);
  };
  // Those that are stored before it is known what the other region has seen go.
  await expect.poll(() => refused('before'), { timeout: 15_000, interval: MAX_WRITE_MS }).toEqual([]);
  for (let round = 0; round < 5; round += 1) {
    east.isCut = true;
    await east.restartReceiver();
    await Promise.all(NAMES.map((name) => west.store(name, `round ${round}`)));
    east.isCut = false;
    await expect.poll(() => NAMES.filter((name) => east.applier.state.get(name) !== `round ${round}`)).toEqual([]);
  }
});
