import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { journalKeys } from '../src/journal/journal-keys.ts';
import { probeJournal } from '../src/journal/journal-probe.ts';
import { TRIM_JOURNAL } from '../src/lua/trim-journal.ts';
import { connectRedis } from './connect-redis.ts';

const keys = journalKeys('east', 0);
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
beforeEach(async () => {
  await client.flushall();
  for (const n of [1, 2, 10])
    await client.xadd(keys.stream, `${n}-5`, 'b', 'block', 'n', String(n * 100), 's', String(n * 1000));
  await client.hset(keys.meta, { operations: 1100, bytes: 11_000 });
});

const facts = { totalBytes: 11_000, heldBytes: 11_000, dirtyKeys: 0, dirtyClasses: 0, isSealed: false, maxBytes: 0 };
const trim = (id: string, retained = 0): Promise<unknown> =>
  TRIM_JOURNAL.run(client, [keys.stream, keys.meta], [id, retained]);

describe('trimming a journal', () => {
  it('drops what is before the id and keeps the entry that has it', async () => {
    await expect(trim('2-5')).resolves.toBe(1);
    await expect(client.xrange(keys.stream, '-', '+')).resolves.toHaveLength(2);
    await expect(trim('10-5')).resolves.toBe(1);
    await expect(client.xlen(keys.stream)).resolves.toBe(1);
  });

  it('keeps so many bytes of what was confirmed, and counts them as confirmed all the same', async () => {
    await client.flushall();
    for (let n = 1; n <= 300; n += 1)
      await client.xadd(keys.stream, `${n}-0`, 'b', 'block', 'n', String(n), 's', String(n * 100));
    await client.hset(keys.meta, { operations: 301, bytes: 30_100 });
    await expect(trim('280-0', 5000)).resolves.toBe(230);
    const [oldest] = await client.xrange(keys.stream, '-', '+', 'COUNT', 1);
    expect(oldest?.[0]).toBe('231-0');
    await expect(client.hget(keys.meta, 'floor')).resolves.toBe('28100');
    await expect(trim('300-0', 5000)).resolves.toBe(20);
    await expect(client.hget(keys.meta, 'floor')).resolves.toBe('30100');
    await expect(trim('300-0', 1_000_000)).resolves.toBe(0);
  });

  it.each(['10-6', '11-0', '100-0'])('drops nothing when the stream never gave out %s', async (id) => {
    await expect(trim(id)).resolves.toBe(-1);
    await expect(client.xlen(keys.stream)).resolves.toBe(3);
  });

  it.each([
    { retained: 0, dropped: 2 },
    { retained: 9000, dropped: 1 },
    { retained: 1_000_000, dropped: 0 },
  ])('goes on in a Redis that has no memory left (%j)', async ({ retained, dropped }) => {
    // The script is there already: to load it takes memory too.
    await trim('1-5', retained);
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(client.hset(keys.meta, 'x', '1')).rejects.toThrow('OOM');
      await expect(trim('10-5', retained)).resolves.toBe(dropped);
      await expect(client.hget(keys.meta, 'floor')).resolves.toBe('11000');
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
  });

  it('drops nothing where there is no stream', async () => {
    await client.flushall();
    await expect(trim('1-0')).resolves.toBe(-1);
  });
});

describe('looking at a journal', () => {
  it('finds the first entry after a cursor, the last id and the count', async () => {
    const probe = { ...facts, tail: '10-5', total: 1100, oldest: { id: '2-5', before: 200, bytesBefore: 2000 } };
    await expect(probeJournal(client, keys, '1-5')).resolves.toEqual(probe);
  });

  it('finds no entry after the last one', async () => {
    await expect(probeJournal(client, keys, '10-5')).resolves.toEqual({ ...facts, tail: '10-5', total: 1100 });
  });

  it('finds nothing where there is no journal', async () => {
    await client.flushall();
    await expect(probeJournal(client, keys, '10-5')).resolves.toEqual({
      ...facts,
      totalBytes: 0,
      heldBytes: 0,
      tail: '0-0',
      total: 0,
    });
  });
});
