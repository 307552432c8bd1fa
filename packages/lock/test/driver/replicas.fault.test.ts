import { detachReplica, type RedisSentinel, startRedisSentinel } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { createLocks } from '../../src/index.ts';
import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo, type LockProcess } from './conformance/process.ts';

let sentinel: RedisSentinel | undefined;
const clients: Redis[] = [];
beforeAll(async () => {
  sentinel = await startRedisSentinel({ replicas: 1 });
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => sentinel?.close());

function open(): LockProcess {
  const client = new Redis({
    sentinels: [...sentinel!.endpoints],
    name: sentinel!.name,
    sentinelRetryStrategy: () => 50,
  });
  client.on('error', () => undefined);
  clients.push(client);
  return listenTo(createRedisLockDriver({ client, prefix: 'replicas' }));
}

describe('a lock that replicas must have', () => {
  it('is given when they have it, also by a push', async () => {
    await using a = open();
    const holder = await a.hold('k', { replicas: 1 });
    const waiting = await a.wait('k', { replicas: 1 });
    await a.driver.release('k', holder, BOUND);
    await vi.waitFor(() => expect(a.grants.map(({ owner }) => owner)).toEqual([waiting]), 5000);
    // The period is the whole one, since it was asked for again.
    expect(a.grants[0]).toMatchObject({ ttlMs: 60_000 });
    await a.driver.release('k', waiting, BOUND);
  });

  it('stays with an owner whose first question was answered too late', async () => {
    await using a = open();
    const owner = a.driver.nextOwner();
    const request = { key: 'stalled', owner, ttlMs: 60_000, grantMs: 1000, mode: 'queue', replicas: 1 } as const;
    await a.ask('warm', { replicas: 1 });
    await clients[0]!.call('CLIENT', 'PAUSE', 400, 'ALL');
    await expect(a.driver.acquire(request, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await expect(a.driver.acquire(request, BOUND)).resolves.toMatchObject({ kind: 'held' });
    // What gives back the first would be answered by now.
    for (let i = 0; i < 20; i++) await a.driver.inspect('warm', BOUND);
    await expect(a.driver.inspect('stalled', BOUND)).resolves.toMatchObject({ owner });
    await a.driver.release('stalled', owner, BOUND);
  });

  it('is not left with an owner who gave up while his question stood behind a WAIT', async () => {
    await using a = open();
    await a.hold('warm too', { replicas: 1 });
    const [replica] = await sentinel!.replicas();
    await replica!.freeze();
    // Nothing acknowledges: this keeps the connection of such locks busy.
    const slow = a.driver.acquire(
      { key: 'slow', owner: 'p:slow', ttlMs: 60_000, grantMs: 1000, mode: 'try', replicas: 1 },
      { timeoutMs: 20_000 },
    );
    await vi.waitFor(async () => expect(await clients[0]!.info('clients')).toContain('blocked_clients:1'), 5000);
    const owner = a.driver.nextOwner();
    const behind = a.ask('behind', { owner, replicas: 1 });
    const ended = Promise.allSettled([slow, behind]);
    await a.driver.cancel('behind', owner, BOUND);
    await replica!.thaw();
    await ended;
    await expect(a.driver.inspect('behind', BOUND)).resolves.toBeUndefined();
  });

  it('is not one of several that are held before they have it', async () => {
    open();
    await using locks = createLocks({ client: clients[0]!, prefix: 'several', replicas: 1, onError: () => undefined });
    expect(await locks.withLocks(['a', 'b'], () => 'done')).toBe('done');
    const [replica] = await sentinel!.replicas();
    await replica!.freeze();
    const failing = locks.withLocks(['a', 'b'], { waitMs: 300 }, () => 'done');
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('0 of 1 replicas') });
    await replica!.thaw();
    await expect.poll(() => locks.inspect('a')).toBeUndefined();
  });

  it('is given back when they do not, and has a greater token after a promotion', async () => {
    await using a = open();
    const { owner, reply } = await a.ask('failover');
    await a.driver.release('failover', owner, BOUND);
    const [replica] = await sentinel!.replicas();
    await detachReplica(replica!);
    const refused = await a.driver
      .acquire(
        { key: 'lone', owner: 'p:1', ttlMs: 60_000, grantMs: 1000, mode: 'try', replicas: 1 },
        { timeoutMs: 400 },
      )
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'ERR_LOCK_UNAVAILABLE',
      message: expect.stringContaining('0 of 1 replicas'),
    });
    await expect(a.driver.inspect('lone', BOUND)).resolves.toBeUndefined();
    await a.hold('failover', { owner: 'p:lost' });
    await sentinel!.failover({ by: 'kill' });
    const after = await vi.waitFor(() => a.ask('failover', { owner: 'p:next' }), { timeout: 20_000, interval: 200 });
    expect(after.reply).toMatchObject({ kind: 'held' });
    expect((after.reply as { token: number }).token).toBeGreaterThan((reply as { token: number }).token);
  });
});
