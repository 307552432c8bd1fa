import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalKeys, journalShardsKey } from '../src/journal/journal-keys.ts';
import { SEAL_JOURNAL } from '../src/lua/seal-journal.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { readValues } from './read-journal.ts';

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

/** Changes the layout of a journal of one shard, as the shipper of its region does. */
async function change(region: string, shards: number): Promise<void> {
  const layouts = Array.from({ length: shards }, (_, shard) => `1@${shard}`);
  await client.set(journalShardsKey(region), layouts.join(' '));
  for (let shard = 0; shard < shards - 1; shard += 1)
    await SEAL_JOURNAL.run(client, [journalKeys(region, shard).meta], []);
}

describe('a journal that is closed before it has heard of a change', () => {
  it.each([2, 4])('takes what waits along to the newest of %i layouts, and closes', async (layouts) => {
    const region = `closed-${layouts}`;
    const journal = createJournal({ client, region, shards: 1 });
    await journal.append(set('a', 1));
    await change(region, layouts);
    const appended = Promise.all([2, 3].map((n) => journal.append(set('a', n))));
    await Promise.all([journal.close(), appended]);
    await expect(readValues(client, region, layouts - 1)).resolves.toEqual(['2', '3']);
  });
});

describe('a journal after a change', () => {
  it('is in the tier of the shards that are written now', async () => {
    await using journal = createJournal({ client, region: 'tier', shards: 1, maxStreamBytes: 2000 });
    for (let n = 0; journal.stats().tier === 'log'; n += 1) await journal.append(set('a', n));
    await change('tier', 2);
    await journal.append(set('a', 'last'));
    expect(journal.stats().tier).toBe('log');
    await expect(readValues(client, 'tier', 1)).resolves.toHaveLength(1);
  });
});
