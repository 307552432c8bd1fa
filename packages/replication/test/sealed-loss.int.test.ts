import { systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { packedBytes, packOperationAt } from '../src/block/block-codec.ts';
import { BlockAppender } from '../src/journal/block-appender.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { SEAL_JOURNAL } from '../src/lua/seal-journal.ts';
import type { Operation } from '../src/operation/operation.ts';
import { OwnedConnection } from '../src/owned-connection.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';

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

function pack(operation: Operation): Buffer {
  const packed = Buffer.alloc(packedBytes(operation));
  packOperationAt(packed, 0, operation);
  return packed;
}

it('gives what a shard lost that was sealed meanwhile to the new ones once, however often it looks', async () => {
  const keys = journalKeys('east', 0);
  const lost: (readonly Operation[])[] = [];
  let failAt = Number.POSITIVE_INFINITY;
  let attempts = 0;
  await using connection = new OwnedConnection({ client, clock: systemClock });
  const appender = new BlockAppender({
    keys,
    connection,
    timeoutMs: 2000,
    maxStreamBytes: 1e6,
    maxDirtyBytes: 1e6,
    maxRecentBytes: 1e6,
    clock: systemClock,
    onSealedLoss: (deletes) => lost.push(deletes),
    prepare: () => {
      attempts += 1;
      return attempts === failAt ? Promise.reject(new Error('away')) : Promise.resolve(true);
    },
  });
  for (const key of ['a', 'b']) await appender.append({ count: 1, parts: [pack(set(key, 1))] });
  // Redis loses both blocks, and the shipper seals the shard before the writer looks at it again.
  await client.flushall();
  await SEAL_JOURNAL.run(client, [keys.meta], []);
  failAt = attempts + 2;
  await expect(appender.check()).rejects.toThrow('away');
  await appender.check();
  await appender.check();
  expect(lost).toEqual([[del('a')], [del('b')]]);
  expect(appender.hasRecent).toBe(false);
  expect(appender).toMatchObject({ restoredBlocks: 2, lostBlocks: 0 });
});
