import { setTimeout as pause } from 'node:timers/promises';

import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { encodeBlock } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';
import { unpackWrites } from '../src/operation/packed-writes.ts';
import type { Applier } from '../src/receiver/applier.ts';
import { createReceiver, type Receiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import type { Batch } from '../src/transport/batch.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';

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
});

/** Of `both:` it is compared what regions have seen: such operations are unpacked, and others stay packed. */
function createWest(applier: Applier, options: Partial<ReceiverOptions> = {}): Receiver {
  return createReceiver({
    client,
    region: 'west',
    applier,
    turnTimeoutMs: 60,
    conflicts: {
      journal: { append: async () => {} },
      shards: 1,
      isFor: (key) => key.toString().startsWith('both:'),
    },
    ...options,
  });
}

/** One operation stays packed, the other does not. */
function mixedBatch(value: string): Batch {
  const operations = [set('plain', value), set('both:1', value)];
  const seen = { base: 0, shards: 1, cursors: new Map([['west', '0-0' as const]]) };
  const block = encodeBlock({ producer: 'feedfeedfeedfeed', sequence: 1, operations, seen });
  return { ...batchOf(0, operations), body: encodeBatchBody([block]) };
}

async function attempts(receiver: Receiver, batch: Batch, most: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < most && seen.at(-1) !== 'applied') {
    seen.push(
      await receiver.receive(batch).then(
        ({ kind }) => kind,
        () => 'failed',
      ),
    );
  }
  return seen;
}

it.each([true, false])(
  'finds what is bad in both parts of a batch at its third attempt, packed %s',
  async (isPacked) => {
    const applyBatch = async (operations: readonly Operation[]): Promise<void> => {
      if (operations.some((one) => one.kind === 'set' && one.value.length > 100)) throw new Error('too large');
    };
    const packing: Applier = { applyBatch, applyPacked: (writes) => applyBatch(unpackWrites(writes)) };
    await using receiver = createWest(isPacked ? packing : { applyBatch });
    expect(await attempts(receiver, mixedBatch('x'.repeat(200)), 9)).toEqual(['failed', 'failed', 'applied']);
    expect(receiver.stats().deadLetters).toBe(2);
  },
);

it.each(['packed', 'unpacked'])(
  'confirms nothing while the %s part fails, and takes only that one apart, whatever the other part did',
  async (bad) => {
    const asked = { packed: 0, unpacked: 0 };
    const carryOut = async (part: 'packed' | 'unpacked', count: number): Promise<void> => {
      asked[part] += count;
      if (part === bad) throw new Error('too large');
    };
    const stored = { packed: 'plain', unpacked: 'both:1' };
    await using receiver = createWest({
      applyPacked: (writes) => carryOut('packed', writes.count),
      async applyBatch(operations) {
        for (const { kind, key } of operations) {
          const part = key.toString() === stored.packed ? 'packed' : 'unpacked';
          // The key of what cannot be stored can be deleted.
          if (kind === 'set') await carryOut(part, 1);
        }
      },
    });
    const batch = mixedBatch('value');
    for (let attempt = 1; attempt < 3; attempt += 1) {
      await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
      await expect(receiver.cursor('east', 0)).resolves.toBe('0-0');
    }
    await expect(receiver.receive(batch)).resolves.toMatchObject({ kind: 'applied', cursor: '1-0' });
    // The bad one was tried by itself as well.
    expect(asked).toEqual({ packed: 3, unpacked: 3, [bad]: 4 });
    expect(receiver.stats()).toMatchObject({ deadLetters: 1, appliedBatches: 1, failures: 2 });
  },
);

it('keeps no dead letter of a batch that comes again', async () => {
  await using receiver = createWest({
    async applyBatch(operations) {
      if (operations.some(({ key }) => key.toString() === 'plain')) throw new Error('bad key');
      throw new Error('node down');
    },
    isRefusal: (error) => (error as Error).message === 'bad key',
  });
  expect(await attempts(receiver, mixedBatch('value'), 7)).toEqual(Array.from({ length: 7 }, () => 'failed'));
  expect(receiver.stats().deadLetters).toBe(0);
});

it('carries both parts out at once, so that it closes when they are done', async () => {
  const slowly = (): Promise<void> => pause(450);
  let told = 0;
  const receiver = createWest(
    { applyBatch: slowly },
    {
      applyTimeoutMs: 500,
      timeoutMs: 50,
      onApplied: async (operations) => {
        await slowly();
        told += operations.length;
      },
    },
  );
  const received = receiver.receive(mixedBatch('value'));
  await pause(50);
  await receiver.close();
  expect(told).toBe(2);
  expect(await received).toMatchObject({ kind: 'applied' });
});
