import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createDeadLetters } from '../src/receiver/dead-letters.ts';
import type { Operation } from '../src/operation/operation.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
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

/** An applier that rejects every batch in which `isBad` finds something. */
function rejecting(isBad: (operation: Operation) => boolean, isRefusal?: (error: unknown) => boolean) {
  return {
    async applyBatch(operations: readonly Operation[]) {
      if (operations.some(isBad)) throw new Error('object too large for cache');
      await applier.applyBatch(operations);
    },
    ...(isRefusal === undefined ? {} : { isRefusal }),
  };
}

const isLarge = (operation: Operation): boolean => operation.kind === 'set' && operation.value.length > 100;
const large = set('large', 'x'.repeat(200));
const batch = batchOf(0, [set('a', 1), large, set('b', 1)], [del('c'), set('other', 'y'.repeat(101))]);

describe('a receiver that is given an operation which cannot be carried out', () => {
  it('waits twice, then applies all others, deletes its key, keeps a letter and goes on', async () => {
    applier.state.set('large', 'older');
    const receiver = createReceiver({ client, region: 'west', applier: rejecting(isLarge) });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
    }
    await expect(receiver.receive(batch)).resolves.toEqual({ kind: 'applied', cursor: '2-0' });
    expect(applier.state).toEqual(
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
    );
    expect(receiver.stats()).toMatchObject({ deadLetters: 2, failures: 2, appliedBatches: 1 });
    const letters = createDeadLetters({ client, region: 'west' });
    await expect(letters.count()).resolves.toBe(2);
    const common = { source: 'east', shard: 0, kind: 'set', reason: 'object too large for cache' };
    const [first, second] = await letters.list();
    expect([first, second]).toMatchObject([
      { ...common, key: Buffer.from('large'), valueBytes: 200 },
      { ...common, key: Buffer.from('other'), valueBytes: 101 },
    ]);
    await expect(letters.list({ after: first!.id, limit: 1 })).resolves.toEqual([second]);
    await expect(letters.remove(first!.id)).resolves.toBe(true);
    await expect(letters.remove(first!.id)).resolves.toBe(false);
    await expect(letters.remove('no id')).resolves.toBe(false);
    await expect(letters.list()).resolves.toEqual([second]);
  });

  it('does so at once when the error says so, also for a delete', async () => {
    const isBad = ({ key }: Operation): boolean => key.toString() === 'a b';
    const receiver = createReceiver({ client, region: 'west', applier: rejecting(isBad, () => true) });
    await receiver.receive(batchOf(0, [set('a', 1), del('a b'), set('b', 1)]));
    await receiver.receive(batchOf(1, [set('a b', 1)]));
    expect(applier.state.size).toBe(2);
    expect(receiver.stats()).toMatchObject({ deadLetters: 2, failures: 0 });
  });

  it('goes on however many operations of a batch the applier refuses', async () => {
    const isBad = ({ key }: Operation): boolean => key.includes(' ');
    const receiver = createReceiver({ client, region: 'west', applier: rejecting(isBad, () => true) });
    const keys = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? `good-${n}` : `bad ${n}`));
    await receiver.receive(
      batchOf(
        0,
        keys.map((key) => set(key, 1)),
      ),
    );
    expect(applier.state.size).toBe(100);
    expect(receiver.stats()).toMatchObject({ deadLetters: 200, failures: 0, appliedBatches: 1 });
  });

  it('gives up no more than a hundred stores of a batch because deletes of their keys are taken', async () => {
    const receiver = createReceiver({ client, region: 'west', applier: rejecting(isLarge) });
    const many = batchOf(
      0,
      Array.from({ length: 150 }, (_, n) => set(`large-${n}`, 'x'.repeat(200))),
    );
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await expect(receiver.receive(many)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
    }
    expect(receiver.stats().deadLetters).toBe(0);
  });

  it.each([
    ['stores', batchOf(0, [set('a', 1), large, set('b', 1)])],
    ['deletes', batchOf(0, [set('a', 1), del('large'), del('b')])],
  ])('never gives up %s because the node that holds their keys is away', async (_what, both) => {
    let isAway = true;
    const onNode = ({ key }: Operation): boolean => isAway && key.toString() !== 'a';
    const receiver = createReceiver({ client, region: 'west', applier: rejecting(onNode) });
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await expect(receiver.receive(both)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
    }
    isAway = false;
    await expect(receiver.receive(both)).resolves.toMatchObject({ kind: 'applied' });
    expect(receiver.stats().deadLetters).toBe(0);
  });

  it('keeps so many letters and no more', async () => {
    const letters = createDeadLetters({ client, region: 'west', maxLetters: 3 });
    for (let n = 0; n < 5; n += 1) {
      const reason = `reason ${n} ${'x'.repeat(1000)}`;
      await letters.add({
        source: 'east',
        shard: n,
        kind: 'delete',
        key: Buffer.from([0xff, n]),
        valueBytes: 0,
        reason,
      });
    }
    const kept = await letters.list();
    expect(kept.map(({ shard, key }) => [shard, key[1]])).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    expect(kept[0]?.reason).toHaveLength(500);
    expect(() => createDeadLetters({ client, region: 'west', maxLetters: 0 })).toThrow(/maxLetters/);
  });
});
