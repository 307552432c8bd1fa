import { type RedisClient, systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Operation } from '../src/operation/operation.ts';
import { createReceiver, type Receiver, type ReceiveResult } from '../src/receiver/receiver.ts';
import { batchOf } from './batches.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;
let own: ReturnType<typeof connectRedis>;
let cache: RecordingApplier;
let zombie: Receiver;
/** Lets the zombie's stores land. */
let thaw: () => void;
/** Called before each delete of the zombie. */
let beforeDelete: (operations: readonly Operation[]) => void;

beforeEach(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
  own = connectRedis(redis.port);
  cache = new RecordingApplier();
  beforeDelete = () => {};
  zombie = createReceiver({ ...westOptions(), client: own, ...frozen() });
});
afterEach(async () => {
  await zombie.close();
  client.disconnect();
  own.disconnect();
  await redis.close();
});

const westOptions = () => ({ client, region: 'west', applier: cache, turnTimeoutMs: 2000, leaseMs: 300 });

/** Its clock stands still, and its stores do not land, until it thaws. */
function frozen() {
  let isFrozen = true;
  const thawed = new Promise<void>((resolve) => {
    thaw = () => {
      isFrozen = false;
      resolve();
    };
  });
  return {
    clock: {
      now: () => 0,
      monotonic: () => (isFrozen ? 0 : systemClock.monotonic()),
      setTimer: (callback: () => void, ms: number) =>
        isFrozen ? { cancel: () => undefined } : systemClock.setTimer(callback, ms),
    },
    applier: {
      async applyBatch(operations: readonly Operation[]) {
        await thawed;
        if (operations.every(({ kind }) => kind === 'delete')) beforeDelete(operations);
        await cache.applyBatch(operations);
      },
      isRefusal: (error: unknown) => (error as Error).message === 'refused',
    },
  };
}

/** The zombie begins to store 1, and another process takes over and stores 2. */
async function overtaken(): Promise<{ begun: Promise<ReceiveResult> }> {
  const begun = zombie.receive(batchOf(0, [set('a', 1), set('b', 1)]));
  // It is looked at later.
  begun.catch(() => {});
  await expect.poll(() => client.exists('{lockstep:replication:west:east:0}:holder')).toBe(1);
  const next = createReceiver(westOptions());
  await expect(next.receive(batchOf(0, [set('a', 1), set('b', 1)]))).resolves.toMatchObject({ kind: 'applied' });
  await expect(next.receive(batchOf(1, [set('a', 2), set('b', 2)]))).resolves.toMatchObject({ kind: 'applied' });
  expect(cache.state.get('a')).toBe('2');
  return { begun };
}

const failTimes = (times: number) => () => {
  if ((times -= 1) >= 0) throw new Error('node 3 is away');
};

describe('a process that was frozen until another had taken its lane over', () => {
  it('deletes what it wrote late though Redis is away and the deletes fail at first', async () => {
    const { begun } = await overtaken();
    beforeDelete = failTimes(2);
    own.disconnect();
    thaw();
    await expect(begun).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await expect.poll(() => zombie.stats().takeovers).toBe(1);
    expect(cache.history.get('a')).toEqual(['1', '2', '1']);
    expect(cache.state).toEqual(new Map());
  });

  it('deletes it though the deletes fail at first, when Redis says that the lane is gone', async () => {
    const { begun } = await overtaken();
    beforeDelete = failTimes(2);
    thaw();
    await expect(begun).resolves.toEqual({ kind: 'gap', cursor: '2-0' });
    expect(zombie.stats()).toMatchObject({ takeovers: 1, failures: 2 });
    expect(cache.state).toEqual(new Map());
  });

  it('lets no batch in before it has deleted it', async () => {
    const { begun } = await overtaken();
    let isAway = true;
    beforeDelete = () => {
      if (isAway) throw new Error('node 3 is away');
    };
    own.disconnect();
    thaw();
    await expect(begun).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await own.connect();
    const after = zombie.receive(batchOf(2, [set('a', 3)]));
    await expect.poll(() => zombie.stats().failures).toBeGreaterThan(4);
    expect(cache.state.get('a')).toBe('1');
    isAway = false;
    await expect(after).resolves.toMatchObject({ kind: 'applied' });
    expect(cache.state).toEqual(new Map([['a', '3']]));
  });

  it('deletes all but a key that can never be deleted', async () => {
    const { begun } = await overtaken();
    beforeDelete = (operations) => {
      if (operations.some(({ key }) => key.toString() === 'b')) throw new Error('refused');
    };
    thaw();
    await expect(begun).resolves.toMatchObject({ kind: 'gap' });
    expect(cache.state).toEqual(new Map([['b', '1']]));
  });

  it('tries once more when it is closed, and ends', async () => {
    const { begun } = await overtaken();
    let attempts = 0;
    beforeDelete = () => {
      attempts += 1;
      throw new Error('node 3 is away');
    };
    thaw();
    await expect.poll(() => attempts).toBeGreaterThan(2);
    await zombie.close();
    const atEnd = attempts;
    await expect(begun).resolves.toMatchObject({ kind: 'gap' });
    expect(attempts).toBe(atEnd);
    expect(zombie.stats().takeovers).toBe(0);
  });
});

/** Commits are made, and their answers lost; so are the next calls, which are not made. */
function losingCommits(calls: number): RedisClient {
  let left = 0;
  return {
    call: async (command, ...args) => {
      left -= 1;
      if (left >= 0) throw new Error('Redis is away');
      const reply = await client.call(command, ...args);
      if (!Array.isArray(reply) || reply[0] !== 'committed') return reply;
      left = calls;
      throw new Error('the connection broke');
    },
    callBuffer: (command, ...args) => client.callBuffer(command, ...args),
    duplicate: () => client.duplicate(),
  };
}

describe('a process that nobody overtook', () => {
  it('deletes nothing when its commit was made and the answer was lost', async () => {
    const receiver = createReceiver({ ...westOptions(), client: losingCommits(0) });
    const batch = batchOf(0, [set('a', 1)]);
    await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await expect(receiver.receive(batch)).resolves.toMatchObject({ kind: 'duplicate' });
    await receiver.close();
    expect(receiver.stats().takeovers).toBe(0);
    expect(cache.history.get('a')).toEqual(['1']);
    expect(cache.state).toEqual(new Map([['a', '1']]));
  });

  it('deletes nothing either when Redis went away with that answer, and was back before the lease ended', async () => {
    const receiver = createReceiver({ ...westOptions(), client: losingCommits(3), leaseMs: 60_000 });
    const batch = batchOf(0, [set('a', 1)]);
    await expect(receiver.receive(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await expect(receiver.receive(batch)).resolves.toMatchObject({ kind: 'duplicate' });
    await receiver.close();
    // The batch, and three times of letting the lane go.
    expect(receiver.stats()).toMatchObject({ failures: 4, takeovers: 0 });
    expect(cache.state).toEqual(new Map([['a', '1']]));
  });

  it('deletes what it wrote when Redis was away for longer than its lease: it cannot know that nobody did', async () => {
    const receiver = createReceiver({ ...westOptions(), client: losingCommits(Infinity) });
    await expect(receiver.receive(batchOf(0, [set('a', 1)]))).rejects.toMatchObject({ code: 'ERR_REPLICATION_REDIS' });
    await expect.poll(() => receiver.stats().takeovers).toBe(1);
    await receiver.close();
    expect(cache.history.get('a')).toEqual(['1']);
    expect(cache.state).toEqual(new Map());
  });

  it('never gets a token again that was given out before, though Redis has lost it', async () => {
    const receiver = createReceiver(westOptions());
    const tokens: number[] = [];
    for (let times = 0; times < 3; times += 1) {
      await receiver.receive(batchOf(0, [set('a', times)]));
      tokens.push(Number(await client.hget('{lockstep:replication:west:east:0}:lane', 'token')));
      await client.flushall();
    }
    await receiver.close();
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.toSorted((a, b) => a - b)).toEqual(tokens);
  });
});
