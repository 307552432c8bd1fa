import { startRedis } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { readValues } from './read-journal.ts';

it('loses nothing that was confirmed when a Redis that syncs each write is killed, and puts nothing back', async () => {
  await using redis = await startRedis({ appendonly: true, config: { appendfsync: 'always' } });
  using client = connectRedis(redis.port);
  await using journal = createJournal({ client, shards: 1, region: 'east', timeoutMs: 300, durability: 'always' });
  const confirmed: number[] = [];
  const codes = new Set<string>();
  let appended = 0;
  const append = async (): Promise<void> => {
    const value = (appended += 1);
    try {
      await journal.append(set('key', value));
      confirmed.push(value);
    } catch (error) {
      codes.add((error as { code: string }).code);
    }
  };
  // Those of one turn share a block, and so a sync.
  const appendTen = (): Promise<void>[] => Array.from({ length: 10 }, append);
  for (let round = 0; round < 5; round += 1) {
    const waiting: Promise<void>[] = [];
    const enough = confirmed.length + 100;
    while (confirmed.length < enough) {
      const together = appendTen();
      waiting.push(...together);
      await Promise.race(together);
    }
    // More are on their way.
    waiting.push(...appendTen());
    await redis.kill();
    await redis.restart();
    await Promise.all(waiting);
  }
  await expect.poll(() => journal.stats().queuedOperations, { timeout: 15_000 }).toBe(0);
  codes.delete('ERR_REPLICATION_JOURNAL_TIMEOUT');
  expect([...codes]).toEqual([]);
  expect(journal.stats()).toMatchObject({ restoredBlocks: 0, lostBlocks: 0, appendedOperations: appended });
  expect(journal.stats().appendedBlocks).toBeLessThan(appended / 4);
  const values = (await readValues(client, 'east')).map(Number);
  expect(values).toEqual(Array.from({ length: appended }, (_, n) => n + 1));
  expect(values).toEqual(expect.arrayContaining(confirmed));
});
