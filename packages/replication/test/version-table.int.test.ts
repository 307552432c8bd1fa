import type { RedisClient } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { versionKeys } from '../src/versions/version-keys.ts';
import type { VersionOptions } from '../src/versions/version-options.ts';
import { type Verdict, VersionTable } from '../src/versions/version-table.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';

const PART_BYTES = 16 * 2;
let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
beforeEach(async () => {
  await client.flushall();
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

const tableWith = (options: VersionOptions = {}): VersionTable =>
  new VersionTable({
    region: 'west',
    run: <T>(command: (connection: RedisClient) => Promise<T>) => command(client),
    maxSkewMs: 1,
    ...options,
  });
let batches = 0;
/** Judges one operation of a batch of its own, written at that moment. */
async function judge(
  table: VersionTable,
  operation: Parameters<VersionTable['judge']>[0][number],
  { writtenAt = Date.now() + 1000, prev = `${(batches += 1)}-0`, lane = 'east:0' } = {},
): Promise<Verdict | undefined> {
  const last = `${(batches += 1)}-0`;
  return (await table.judge([operation], { lane, prev, last, writtenAt }))[0];
}
const v = <T extends object>(operation: T, version: number | bigint) => ({ ...operation, version });

describe('the table of versions', () => {
  it('knows 64 bits exactly', async () => {
    const table = tableWith();
    await expect(judge(table, v(set('k', 1), 2n ** 64n - 2n))).resolves.toBe('apply');
    await expect(judge(table, v(set('k', 1), 2n ** 64n - 2n))).resolves.toBe('keep');
    await expect(judge(table, v(set('k', 1), 2n ** 64n - 3n))).resolves.toBe('keep');
    await expect(judge(table, v(set('k', 1), 2n ** 64n - 1n))).resolves.toBe('apply');
    await expect(judge(table, v(set('small', 1), 9))).resolves.toBe('apply');
    await expect(judge(table, v(set('small', 1), 10))).resolves.toBe('apply');
  });

  it('takes an equal delete, and no equal store after it', async () => {
    const table = tableWith();
    await judge(table, v(set('k', 1), 5));
    await expect(judge(table, v(del('k'), 5))).resolves.toBe('apply');
    await expect(judge(table, v(set('k', 1), 5))).resolves.toBe('keep');
    await expect(judge(table, v(del('k'), 4))).resolves.toBe('keep');
  });

  it('deletes what a batch would leave that was begun before, and stores its own again', async () => {
    const table = tableWith();
    const prev = '1000000-0';
    batches += 2_000_000;
    await expect(judge(table, v(set('k', 1), 5), { prev, lane: 'east:1' })).resolves.toBe('apply');
    await expect(judge(table, v(set('k', 1), 5), { prev, lane: 'east:1' })).resolves.toBe('apply');
    await expect(judge(table, v(set('k', 1), 5), { prev, lane: 'east:1' })).resolves.toBe('apply');
    await table.note([v(set('k', 1), 6)], 1);
    await expect(judge(table, v(set('k', 1), 5), { prev, lane: 'east:1' })).resolves.toBe('delete');
    await expect(judge(table, v(set('k', 1), 5), { lane: 'east:2' })).resolves.toBe('keep');
  });

  it('makes deletes of what was written before the table was begun, and learns nothing from it', async () => {
    const table = tableWith();
    const writtenAt = Date.now() - 60_000;
    await expect(judge(table, v(set('k', 1), 7), { writtenAt })).resolves.toBe('delete');
    await expect(judge(table, v(set('k', 1), 8), { writtenAt })).resolves.toBe('delete');
    await expect(judge(table, v(set('k', 1), 2))).resolves.toBe('apply');
  });

  it('keeps within its bytes, and knows that it forgot', async () => {
    const maxBytes = PART_BYTES * 10 * 200;
    const table = tableWith({ maxBytes });
    await judge(table, v(set('first', 1), 7));
    for (let n = 0; n < 1000; n += 100) {
      const some = Array.from({ length: 100 }, (_, at) => v(set(`key-${n + at}`, 1), 1));
      await table.judge(some, { lane: 'east:0', prev: '0-0', last: '0-1', writtenAt: Date.now() + 1000 });
    }
    const sizes = await Promise.all(
      Array.from({ length: 16 }, async (_, part) => {
        const { newer, older } = versionKeys('west', part);
        return (await client.hlen(newer)) + (await client.hlen(older));
      }),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 13);
    await expect(judge(table, v(set('first', 1), 9), { writtenAt: Date.now() - 60_000 })).resolves.toBe('delete');
  });

  it('forgets what is older than its time, not before half of it', async () => {
    const table = tableWith({ keepMs: 400 });
    await judge(table, v(set('k', 1), 7));
    const began = Date.now();
    await expect(judge(table, v(set('k', 1), 6))).resolves.toBe('keep');
    await expect.poll(() => judge(table, v(set('k', 1), 6), { writtenAt: began }), { interval: 20 }).toBe('delete');
    expect(Date.now() - began).toBeGreaterThanOrEqual(200);
  });

  it('says of a store that it was overtaken, by a newer one, by a delete and by one without a version', async () => {
    const table = tableWith();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await judge(table, v(set(name, 1), 5));
    await judge(table, v(set('b', 1), 6));
    await table.note([v(del('c'), 5), set('d', 1)], 1);
    await expect(table.confirm(names.map((name) => v(set(name, 1), 5)))).resolves.toEqual([
      'apply',
      'delete',
      'delete',
      'delete',
    ]);
  });

  it('suspects own writes that another region wrote within their time, and older ones, each until it is settled', async () => {
    const table = tableWith();
    await table.open();
    const keys = async () => {
      const all = await Promise.all(Array.from({ length: 16 }, (_, part) => table.suspects(part)));
      return all.flat().map(({ key }) => key.toString());
    };
    await table.note([v(set('own', 1), 5)], 0.001);
    await judge(table, v(set('both', 1), 5));
    await table.note([v(set('own', 1), 6), v(set('both', 1), 6)], 5000);
    await expect(keys()).resolves.toEqual(expect.arrayContaining(['both']));
    await table.note([v(set('own', 1), 4)], 0.001);
    expect(await keys()).toEqual(expect.arrayContaining(['own', 'both']));
    for (let part = 0; part < 16; part += 1) {
      const suspects = await table.suspects(part);
      // One of them comes under suspicion again before it is settled.
      if (suspects.some(({ key }) => key.toString() === 'own')) await table.note([v(set('own', 1), 3)], 0.001);
      if (suspects.length > 0) await table.settle(part, suspects);
    }
    expect(await keys()).toEqual(['own']);
  });
});
