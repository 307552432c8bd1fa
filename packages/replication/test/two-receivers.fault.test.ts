import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createReceiver, type Receiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let applier: RecordingApplier;

beforeEach(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
  applier = new RecordingApplier();
});
afterEach(async () => {
  client.disconnect();
  await redis.close();
});

const createWest = (options: Partial<ReceiverOptions> = {}): Receiver =>
  createReceiver({ client, region: 'west', applier, turnTimeoutMs: 2000, leaseMs: 300, ...options });

function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('two receivers of one region', () => {
  it('apply the batches of a window in order, though each gets every other one and none first', async () => {
    const receivers = [createWest(), createWest()];
    const batches = Array.from({ length: 12 }, (_, n) => batchOf(n, [set('a', n + 1), set(`k${n}`, n)]));
    const results = await Promise.all(batches.toReversed().map((batch, n) => receivers[n % 2]!.receive(batch)));
    expect(results.map(({ kind }) => kind)).toEqual(batches.map(() => 'applied'));
    expect(applier.history.get('a')).toEqual(batches.map((_, n) => String(n + 1)));
  });

  it('do not work on one lane at the same time', async () => {
    const applying = gate();
    let inside = 0;
    applier.before = async () => {
      inside += 1;
      await applying.opened;
    };
    const [one, two] = [createWest(), createWest({ turnTimeoutMs: 50 })];
    const first = one.receive(batchOf(0, [set('a', 1)]));
    await expect.poll(() => inside).toBe(1);
    await expect(two.receive(batchOf(0, [set('a', 1)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_BUSY' });
    applying.open();
    await expect(first).resolves.toMatchObject({ kind: 'applied' });
    await expect(two.receive(batchOf(0, [set('a', 1)]))).resolves.toMatchObject({ kind: 'duplicate' });
    expect(inside).toBe(1);
  });

  it('hold a lane for as long as the applier works, longer than a lease', async () => {
    const applying = gate();
    applier.before = () => applying.opened;
    const [one, two] = [createWest(), createWest({ turnTimeoutMs: 900 })];
    const first = one.receive(batchOf(0, [set('a', 1)]));
    await expect(two.receive(batchOf(0, [set('a', 1)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_BUSY' });
    applying.open();
    await expect(first).resolves.toMatchObject({ kind: 'applied' });
  });

  it('delete what a process wrote late that had lost its lane meanwhile', async () => {
    const late = gate();
    let isApplying = false;
    using own = connectRedis(redis.port);
    const zombie = createWest({
      client: own,
      // Its renewals and its own clock stand still, as those of a frozen process would.
      clock: {
        now: () => 0,
        monotonic: () => 0,
        setTimer: () => ({ cancel: () => undefined }),
      },
      applier: {
        async applyBatch(operations) {
          isApplying = true;
          await late.opened;
          await applier.applyBatch(operations);
        },
      },
    });
    const begun = zombie.receive(batchOf(0, [set('a', 1), set('b', 1)]));
    await expect.poll(() => isApplying).toBe(true);
    const next = createWest();
    await expect(next.receive(batchOf(0, [set('a', 1), set('b', 1)]))).resolves.toMatchObject({ kind: 'applied' });
    await expect(next.receive(batchOf(1, [set('a', 2)]))).resolves.toMatchObject({ kind: 'applied' });
    late.open();
    await expect(begun).resolves.toEqual({ kind: 'gap', cursor: '2-0' });
    expect(applier.state).toEqual(new Map());
    expect(zombie.stats()).toMatchObject({ takeovers: 1, appliedBatches: 0 });
  });

  it('let no shorter batch in where one was begun and not committed', async () => {
    let isDown = true;
    applier.before = () => {
      if (isDown) throw new Error('down');
    };
    const whole = batchOf(0, [set('a', 1)], [set('a', 2)]);
    await expect(createWest().receive(whole)).rejects.toMatchObject({ code: 'ERR_REPLICATION_APPLY_FAILED' });
    isDown = false;
    const other = createWest();
    await expect(other.receive(batchOf(0, [set('a', 1)]))).resolves.toEqual({
      kind: 'gap',
      cursor: '0-0',
      through: '2-0',
    });
    await expect(other.position('east', 0)).resolves.toEqual({ cursor: '0-0', through: '2-0' });
    await expect(other.receive(whole)).resolves.toMatchObject({ kind: 'applied' });
    await expect(other.position('east', 0)).resolves.toEqual({ cursor: '2-0' });
  });

  it('send batches away when too many wait', async () => {
    const receiver = createWest({ maxWaitingBytes: 100, turnTimeoutMs: 300 });
    const waiting = receiver.receive(batchOf(1, [set('a', 'x'.repeat(60))]));
    await expect(receiver.receive(batchOf(2, [set('a', 'x'.repeat(60))]))).rejects.toMatchObject({
      code: 'ERR_REPLICATION_BUSY',
      message: expect.stringContaining('100 bytes wait already'),
    });
    await expect(waiting).resolves.toMatchObject({ kind: 'gap' });
    await expect(receiver.receive(batchOf(0, [set('a', 'y'.repeat(200))]))).resolves.toMatchObject({ kind: 'applied' });
  });
});
