import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import type { Applier } from '../src/receiver/applier.ts';
import { type PackedWrites, unpackWrites, writtenKeys } from '../src/operation/packed-writes.ts';
import { createReceiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let applier: RecordingApplier;
let packed: number;

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
  packed = 0;
});

/** An applier that takes packed writes, of which the largest values are refused. */
function packing(): Applier {
  const refuse = (operations: ReturnType<typeof unpackWrites>): void => {
    if (operations.some((operation) => operation.kind === 'set' && operation.value.length > 100))
      throw new Error('object too large for cache');
  };
  return {
    async applyPacked(writes: PackedWrites) {
      packed += 1;
      const operations = unpackWrites(writes);
      refuse(operations);
      await applier.applyBatch(operations);
    },
    async applyBatch(operations) {
      refuse([...operations]);
      await applier.applyBatch(operations);
    },
  };
}

const createWest = (options: Partial<ReceiverOptions> = {}): ReturnType<typeof createReceiver> =>
  createReceiver({ client, region: 'west', applier: packing(), turnTimeoutMs: 60, ...options });

it('hands over what need not be looked at in packed form, the last operation of each key', async () => {
  const told: string[] = [];
  await using receiver = createWest({
    onApplied: (operations) => void told.push(...operations.map(({ key }) => `plain ${key.toString()}`)),
    onAppliedPacked: (writes) => void told.push(...writtenKeys(writes).map(String)),
  });
  await receiver.receive(batchOf(0, [set('a', 1), set('a', 2)], [set('b', 1), del('c')]));
  expect(applier.history).toEqual(
    new Map([
      ['a', ['2']],
      ['b', ['1']],
    ]),
  );
  expect([told, packed]).toEqual([['a', 'b', 'c'], 1]);
  expect(receiver.stats()).toMatchObject({ receivedOperations: 4, appliedOperations: 3, appliedBatches: 1 });
  await receiver.receive(batchOf(2, [{ ...set('row', 1), version: 1n }]));
  expect([told.at(-1), packed]).toEqual(['plain row', 1]);
});

it('tells of packed writes one by one where nobody asks for them packed', async () => {
  const told: unknown[] = [];
  await using receiver = createWest({ onApplied: (operations) => void told.push(...operations) });
  await receiver.receive(batchOf(0, [set('a', 1), del('b')]));
  expect([told, packed]).toEqual([[set('a', 1), del('b')], 1]);
});

it('takes a packed batch apart that fails three times, and keeps letters of what cannot be carried out', async () => {
  applier.state.set('large', 'older');
  await using receiver = createWest();
  const batch = batchOf(0, [set('a', 1), set('large', 'x'.repeat(200))], [del('c')]);
  for (let attempt = 0; attempt < 2; attempt += 1)
    await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
  await expect(receiver.receive(batch)).resolves.toEqual({ kind: 'applied', cursor: '2-0' });
  expect(applier.state).toEqual(new Map([['a', '1']]));
  expect(receiver.stats()).toMatchObject({ deadLetters: 1, failures: 2, appliedOperations: 3 });
});

it('does not confirm a batch of which the in-process caches have not heard', async () => {
  let isAway = true;
  await using receiver = createWest({
    onAppliedPacked: () => {
      if (isAway) throw new Error('the log is away');
    },
  });
  const batch = batchOf(0, [set('a', 1)]);
  await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
  await expect(receiver.cursor('east', 0)).resolves.toBe('0-0');
  isAway = false;
  await expect(receiver.receive(batch)).resolves.toEqual({ kind: 'applied', cursor: '1-0' });
});

it('notes the deletes of a packed batch that are meant for a second one', async () => {
  const isFor = (key: Buffer): boolean => key.toString().startsWith('user:');
  await using receiver = createWest({ secondDelete: { delayMs: 100, isFor } });
  await receiver.receive(batchOf(0, [del('user:1'), set('user:2', 1), del('own:1')]));
  applier.state.set('user:1', 'old').set('own:1', 'kept');
  await expect.poll(() => receiver.stats().secondDeletes).toBe(1);
  expect(packed).toBe(2);
  expect([...applier.state]).toEqual([
    ['user:2', '1'],
    ['own:1', 'kept'],
  ]);
});

it('deletes what it wrote for a batch that another process has taken over', async () => {
  let release!: () => void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await using slow = createWest({ leaseMs: 200 });
  const batch = batchOf(0, [set('a', 1), set('b', 1)]);
  applier.after = () => held;
  const first = slow.receive(batch);
  await expect.poll(() => applier.state.get('b')).toBe('1');
  // Another process begins the same batch after this one has lost its lane.
  await client.hincrby('{lockstep:replication:west:east:0}:lane', 'token', 1);
  applier.after = () => {};
  release();
  await expect(first).resolves.toMatchObject({ kind: 'gap' });
  expect(applier.state.size).toBe(0);
  expect(slow.stats().takeovers).toBe(1);
});
