import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createReceiver, type Receiver, type ReceiverOptions } from '../src/receiver/receiver.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { del, set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let applier: RecordingApplier;

beforeEach(async () => {
  redis = await startRedis({ appendonly: true });
  client = connectRedis(redis.port);
  applier = new RecordingApplier();
});
afterEach(async () => {
  client.disconnect();
  await redis.close();
});

const createWest = (options: Partial<ReceiverOptions> = {}): Receiver =>
  createReceiver({ client, region: 'west', applier, timeoutMs: 300, turnTimeoutMs: 100, leaseMs: 300, ...options });

function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a receiver under faults', () => {
  it('commits nothing when the applier fails, and applies the batch when it comes again', async () => {
    const receiver = createWest();
    let failures = 2;
    applier.before = () => {
      if ((failures -= 1) >= 0) throw new Error('node 3 did not answer');
    };
    const batch = batchOf(0, [set('a', 1)]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(receiver.receive(batch)).rejects.toMatchObject({
        code: 'ERR_REPLICATION_APPLY_FAILED',
        message: expect.stringContaining('node 3 did not answer'),
      });
      await expect(receiver.cursor('east', 0)).resolves.toBe('0-0');
    }
    await expect(receiver.receive(batch)).resolves.toEqual({ kind: 'applied', cursor: '1-0' });
    expect(receiver.stats()).toMatchObject({ failures: 2, appliedBatches: 1 });
  });

  it('commits nothing when onApplied fails or takes too long', async () => {
    const never = gate();
    const outcomes = [() => Promise.reject(new Error('bus is down')), () => never.opened, () => Promise.resolve()];
    const receiver = createWest({ applyTimeoutMs: 50, onApplied: () => outcomes.shift()?.() });
    const batch = batchOf(0, [set('a', 1)]);
    await expect(receiver.receive(batch)).rejects.toThrow(/bus is down/);
    await expect(receiver.receive(batch)).rejects.toThrow(/onApplied took more than 50 ms/);
    await expect(receiver.cursor('east', 0)).resolves.toBe('0-0');
    never.open();
    await expect(receiver.receive(batch)).resolves.toMatchObject({ kind: 'applied' });
  });

  it('ends in the same state when Redis dies between apply and commit and the batch comes to a new receiver', async () => {
    const batch = batchOf(0, [set('a', 1), set('b', 1)], [set('a', 2), del('b')]);
    using doomed = connectRedis(redis.port);
    let isDead = false;
    const crashed = createWest({
      client: doomed,
      // A dead process takes nothing back.
      applier: {
        applyBatch: (operations) => (isDead ? new Promise<never>(() => {}) : applier.applyBatch(operations)),
      },
      onApplied: async () => {
        isDead = true;
        await redis.kill();
        doomed.disconnect();
      },
    });
    await expect(crashed.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    expect(applier.state).toEqual(new Map([['a', '2']]));
    await redis.restart();

    const next = createWest({ timeoutMs: 5000, turnTimeoutMs: 5000 });
    await expect(next.cursor('east', 0)).resolves.toBe('0-0');
    await expect(next.receive(batch)).resolves.toEqual({ kind: 'applied', cursor: '2-0' });
    expect(applier.state).toEqual(new Map([['a', '2']]));
    expect(applier.backwardSteps()).toBe(0);
  });

  it('answers within its deadline while Redis is frozen, and goes on when it thaws', async () => {
    const receiver = createWest();
    await receiver.receive(batchOf(0, [set('a', 1)]));
    await redis.freeze();
    await expect(receiver.cursor('east', 0)).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await expect(receiver.receive(batchOf(1, [set('a', 2)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await redis.thaw();
    // The commit that was given up on may still arrive: the batch was applied, so either answer is right.
    const { cursor } = await receiver.receive(batchOf(1, [set('a', 2)]));
    expect(cursor).toBe('2-0');
    await expect(receiver.receive(batchOf(2, [set('a', 3)]))).resolves.toEqual({ kind: 'applied', cursor: '3-0' });
    expect(applier.backwardSteps()).toBe(0);
  });

  it('lets no batch in beside one whose applier is late', async () => {
    const receiver = createWest({ applyTimeoutMs: 50 });
    const slow = gate();
    applier.before = () => slow.opened;
    await expect(receiver.receive(batchOf(0, [set('a', 1)]))).rejects.toThrow(/the applier took more than 50 ms/);
    await expect(receiver.receive(batchOf(0, [set('a', 1)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_BUSY' });
    expect(applier.batches).toBe(0);
    applier.before = () => {};
    slow.open();
    const again = (): Promise<string> =>
      receiver.receive(batchOf(0, [set('a', 1)], [set('a', 2)])).then(
        ({ kind }) => kind,
        ({ code }: { code: string }) => code,
      );
    await expect.poll(again).toBe('applied');
    expect(applier.history.get('a')).toEqual(['1', '2']);
  });

  it('takes the next batch though another receiver had moved the cursor meanwhile', async () => {
    const [one, two] = [createWest(), createWest()];
    await one.receive(batchOf(0, [set('a', 1)]));
    await two.receive(batchOf(1, [set('a', 2)]));
    await expect(one.receive(batchOf(2, [set('a', 3)]))).resolves.toEqual({ kind: 'applied', cursor: '3-0' });
  });

  it('says where Redis stands when that forgot the cursor, and applies what comes again', async () => {
    const receiver = createWest();
    await receiver.receive(batchOf(0, [set('a', 1)]));
    await client.flushall();
    await expect(receiver.receive(batchOf(1, [set('a', 2)]))).resolves.toEqual({ kind: 'gap', cursor: '0-0' });
    await expect(receiver.receive(batchOf(0, [set('a', 1)], [set('a', 2)]))).resolves.toEqual({
      kind: 'applied',
      cursor: '2-0',
    });
    expect(applier.state.get('a')).toBe('2');
  });
});
