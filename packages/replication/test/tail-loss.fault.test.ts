import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { RAISE_JOURNAL } from '../src/lua/raise-journal.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { readStoredBlocks, readValues } from './read-journal.ts';
import { startTwoRegions } from './two-regions.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

/** Remembers every key of a journal; the result puts Redis back to where it was, as the loss of its last writes does. */
async function remember(region: string): Promise<() => Promise<void>> {
  const keys = await client.keys(`{lockstep:journal:${region}*`);
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
  return async () => {
    const now = await client.keys(`{lockstep:journal:${region}*`);
    const transaction = client.multi();
    for (const key of now) transaction.del(key);
    for (const [index, key] of keys.entries()) transaction.restore(key, 0, dumps[index]!);
    await transaction.exec();
  };
}

describe('a journal whose Redis lost what it had confirmed', () => {
  it('puts it back as deletes before what comes next', async () => {
    await using journal = createJournal({ client, region: 'next', shards: 1 });
    await journal.append(set('kept', 1));
    const lose = await remember('next');
    for (const key of ['a', 'b']) await journal.append(set(key, 1));
    await lose();
    await journal.append(set('b', 2));
    const operations = (await readStoredBlocks(client, 'next')).flatMap((block) => block.operations);
    expect(operations).toEqual([set('kept', 1), del('a'), del('b'), set('b', 2)]);
    expect(journal.stats()).toMatchObject({ restoredBlocks: 2, lostBlocks: 0 });
  });

  it('puts it back by itself when nothing comes next', async () => {
    await using journal = createJournal({ client, region: 'idle', shards: 1 });
    await journal.append(set('kept', 1));
    const lose = await remember('idle');
    await journal.append(set('a', 1));
    await lose();
    await expect.poll(() => readValues(client, 'idle')).toEqual(['1', 'deleted']);
    await expect(readStoredBlocks(client, 'idle')).resolves.toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  });

  it('says how many blocks it has no more, once', async () => {
    await using journal = createJournal({ client, region: 'gone', shards: 1, maxRecentBytes: 1 });
    const lose = await remember('gone');
    for (const n of [1, 2, 3, 4]) await journal.append(set('k', n));
    await lose();
    await journal.append(set('k', 5));
    await expect(readValues(client, 'gone')).resolves.toEqual(['deleted', '5']);
    expect(journal.stats()).toMatchObject({ restoredBlocks: 1, lostBlocks: 3 });
  });
});

describe('a journal whose ids fell behind the cursor of a receiver', () => {
  const { stream, meta } = journalKeys('east', 0);

  it('is moved above it, in order, and goes on from there', async () => {
    for (const n of [1, 2]) await client.xadd(stream, `${n}-0`, 'b', `block-${n}`, 'n', String(n));
    const raise = (cursor: string, most: number): Promise<unknown> =>
      RAISE_JOURNAL.run(client, [stream, meta], [cursor, most]);
    await expect(raise('18446744073709551615-7', 2)).resolves.toBe(-3);
    await expect(raise('9999999999999-7', 1)).resolves.toBe(-2);
    await expect(raise('9999999999999-7', 2)).resolves.toBe(2);
    await expect(raise('9999999999999-7', 2)).resolves.toBe(-1);
    await expect(client.xrange(stream, '-', '+')).resolves.toEqual([
      ['9999999999999-8', ['b', 'block-1', 'n', '1']],
      ['9999999999999-9', ['b', 'block-2', 'n', '2']],
    ]);
    await expect(client.xadd(stream, '*', 'b', 'x')).resolves.toBe('9999999999999-10');
    await client.del(stream);
    await expect(raise('9999999999999-7', 2)).resolves.toBe(0);
    await expect(client.xadd(stream, '*', 'b', 'x')).resolves.toBe('9999999999999-8');
  });

  it('is found by the shipper, and what is written after the loss arrives', async () => {
    await using regions = await startTwoRegions();
    const shipper = regions.ship();
    // The clock of Redis was ahead once: the receiver stands where no clock will be for long.
    await regions.write(10);
    await regions.converge();
    await shipper.close();
    const lane = '{lockstep:replication:west:east:0}:lane';
    using direct = connectRedis(regions.west.port);
    await direct.hset(lane, 'cursor', '9999999999999-7');
    regions.ship();
    await regions.write(50);
    await regions.converge();
    await expect.poll(() => direct.hget(lane, 'cursor')).toMatch(/^9999999999999-/);
  });
});
