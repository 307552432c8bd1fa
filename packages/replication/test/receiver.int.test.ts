import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createReceiver, type Receiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let applier: RecordingApplier;

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
  applier = new RecordingApplier();
});

const createWest = (options: Partial<ReceiverOptions> = {}): Receiver =>
  createReceiver({ client, region: 'west', applier, turnTimeoutMs: 60, ...options });

describe('createReceiver', () => {
  it('starts at 0-0, applies a batch and stands at its last entry', async () => {
    const receiver = createWest();
    await expect(receiver.cursor('east', 0)).resolves.toBe('0-0');
    await expect(receiver.receive(batchOf(0, [set('a', 1)], [del('b')]))).resolves.toEqual({
      kind: 'applied',
      cursor: '2-0',
    });
    await expect(receiver.cursor('east', 0)).resolves.toBe('2-0');
    expect(applier.state).toEqual(new Map([['a', '1']]));
  });

  it('keeps its cursor in Redis, one for each source', async () => {
    await createWest().receive(batchOf(0, [set('a', 1)]));
    const next = createWest();
    await expect(next.cursor('east', 0)).resolves.toBe('1-0');
    await expect(next.cursor('north', 0)).resolves.toBe('0-0');
    await expect(client.hget('{lockstep:replication:west:east:0}:lane', 'cursor')).resolves.toBe('1-0');
  });

  it('hands over only the last operation of each key', async () => {
    const receiver = createWest();
    await receiver.receive(batchOf(0, [set('a', 1), set('a', 2)], [set('a', 3), set('b', 1), del('b')]));
    expect(applier.history).toEqual(new Map([['a', ['3']]]));
    expect(receiver.stats()).toMatchObject({ appliedBatches: 1, receivedOperations: 5, appliedOperations: 2 });
  });

  it('answers a duplicate without applying it', async () => {
    const receiver = createWest();
    await receiver.receive(batchOf(0, [set('a', 1)], [set('a', 2)]));
    await expect(receiver.receive(batchOf(0, [set('a', 1)]))).resolves.toEqual({ kind: 'duplicate', cursor: '2-0' });
    expect(applier.batches).toBe(1);
  });

  it.each([
    ['that leaves entries out', batchOf(3, [set('a', 4)])],
    ['that overlaps what was applied', batchOf(0, [set('a', 1)], [set('a', 2)], [set('a', 3)])],
  ])('answers a batch %s with its cursor, and applies nothing', async (_what, batch) => {
    const receiver = createWest();
    await receiver.receive(batchOf(0, [set('a', 1)], [set('a', 2)]));
    await expect(receiver.receive(batch)).resolves.toEqual({ kind: 'gap', cursor: '2-0' });
    expect(applier.state.get('a')).toBe('2');
    expect(receiver.stats().gaps).toBe(1);
  });

  it('applies a batch once when copies of it arrive together', async () => {
    const receiver = createWest();
    const copies = Array.from({ length: 8 }, () => receiver.receive(batchOf(0, [set('a', 1)])));
    const kinds = (await Promise.all(copies)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'applied')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'duplicate')).toHaveLength(7);
    expect(applier.batches).toBe(1);
  });

  it('applies nothing of a batch in which one block is damaged', async () => {
    const batch = batchOf(0, [set('a', 1)], [set('b', 2)]);
    batch.body[batch.body.length - 1] = 0;
    await expect(createWest().receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_BAD_BLOCK' });
    expect(applier.batches).toBe(0);
    await expect(createWest().cursor('east', 0)).resolves.toBe('0-0');
  });

  it.each([
    [{ prev: '5-0' }, 'ERR_REPLICATION_BAD_BATCH'],
    [{ first: '7-0' }, 'ERR_REPLICATION_BAD_BATCH'],
    [{ last: 'x' }, 'ERR_REPLICATION_BAD_BATCH'],
    [{ source: 'a b' }, 'ERR_REPLICATION_BAD_BATCH'],
    [{ shard: -1 }, 'ERR_REPLICATION_BAD_BATCH'],
    [{ source: 'west' }, 'ERR_REPLICATION_LOOP'],
  ])('refuses a batch with %j', async (part, code) => {
    await expect(createWest().receive({ ...batchOf(0, [set('a', 1)]), ...part })).rejects.toMatchObject({ code });
    expect(applier.batches).toBe(0);
  });

  it('refuses to give a cursor for its own region', async () => {
    await expect(createWest().cursor('west', 0)).rejects.toMatchObject({ code: 'ERR_REPLICATION_LOOP' });
  });

  it('waits for onApplied before it commits, and hands it what was applied', async () => {
    const seen: unknown[] = [];
    const receiver = createWest({
      onApplied: async (operations) => {
        seen.push(operations, await client.hget('{lockstep:replication:west:east:0}:lane', 'cursor'));
      },
    });
    await receiver.receive(batchOf(0, [set('a', 1), set('a', 2)]));
    expect(seen).toEqual([[set('a', 2)], null]);
  });

  it('takes nothing more once it is closed, and finishes what it had begun', async () => {
    const receiver = createWest();
    const begun = receiver.receive(batchOf(0, [set('a', 1)]));
    await receiver.close();
    await expect(begun).resolves.toMatchObject({ kind: 'applied' });
    await expect(receiver.receive(batchOf(1, [set('a', 2)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_CLOSED' });
  });

  it.each([
    [{ region: '' }, /region/],
    [{ applyTimeoutMs: 0 }, /applyTimeoutMs must be a positive whole number, got 0/],
    [{ timeoutMs: -1 }, /timeoutMs/],
  ])('refuses %j and names the option', (options, message) => {
    expect(() => createWest(options)).toThrow(message);
  });
});
