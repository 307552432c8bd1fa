import { systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { journalKeys } from '../src/journal/journal-keys.ts';
import { OwnedConnection } from '../src/owned-connection.ts';
import { drainDirtyKeys } from '../src/shipper/drain-dirty-keys.ts';
import { connectRedis } from './connect-redis.ts';

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

/** Notes so many keys of 200 bytes. */
async function noteKeys(shard: number, count: number, maxBytes: number) {
  const keys = journalKeys('east', shard);
  const noted = Array.from({ length: count }, (_, n) => String(n).padStart(200, 'k'));
  await client.sadd(keys.dirty, ...noted);
  await client.hset(keys.meta, { max: maxBytes, dirtyBytes: count * 264 });
  const heldBytes = async (): Promise<number> => {
    const [bytes, floor] = await client.hmget(keys.meta, 'bytes', 'floor');
    return Number(bytes ?? 0) - Number(floor ?? 0);
  };
  return { keys, heldBytes };
}

it('fills no more than half of the stream with what did not fit, and goes on when there is room', async () => {
  await using connection = new OwnedConnection({ client, clock: systemClock });
  const maxBytes = 100 * 1024;
  const { keys, heldBytes } = await noteKeys(0, 1000, maxBytes);
  let rounds = 0;
  for (; (await client.scard(keys.dirty)) > 0 && rounds < 20; rounds += 1) {
    await drainDirtyKeys(connection, keys, 2000);
    expect(await heldBytes()).toBeGreaterThan(0);
    expect(await heldBytes()).toBeLessThanOrEqual(maxBytes / 2);
    // Every receiver has it.
    await client.hset(keys.meta, 'floor', (await client.hget(keys.meta, 'bytes')) ?? '0');
  }
  expect(rounds).toBe(5);
  expect(await client.xlen(keys.stream)).toBe(10);
  expect(await client.hget(keys.meta, 'dirtyBytes')).toBe('0');
});

it('appends what is larger than half of the stream when that holds nothing else', async () => {
  await using connection = new OwnedConnection({ client, clock: systemClock });
  const { keys } = await noteKeys(1, 150, 1024);
  await drainDirtyKeys(connection, keys, 2000);
  await expect(client.scard(keys.dirty)).resolves.toBe(50);
});
