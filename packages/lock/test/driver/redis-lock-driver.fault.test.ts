import { startFaultProxy, startRedis } from '@lockstep/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';

import type { LockDriver } from '../../src/driver/lock-driver.ts';
import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo } from './conformance/process.ts';
import { setupRedis } from './redis-setup.ts';

const redis = setupRedis();

const driverOf = (client: Redis, pingMs = 250): LockDriver => createRedisLockDriver({ client, pingMs });

/** A second answer for the same owner, after a first that did not come. */
async function tokenOf(driver: LockDriver, key: string, owner: string, timeoutMs = 5000): Promise<number> {
  const request = { key, owner, ttlMs: 60_000, grantMs: 5000, mode: 'try' } as const;
  const reply = await driver.acquire(request, { timeoutMs });
  if (reply.kind !== 'held') throw new Error(`expected held, got ${reply.kind}`);
  return reply.token;
}

describe('the Redis driver under faults', () => {
  it('goes on after SCRIPT FLUSH', async () => {
    const client = redis.connect();
    await using a = listenTo(driverOf(client));
    const key = redis.name();
    const owner = await a.hold(key);
    await client.call('SCRIPT', 'FLUSH');
    await expect(a.driver.release(key, owner, BOUND)).resolves.toBe('released');
  });

  it('leaves nobody in line who gave up before it listened', async () => {
    await using a = listenTo(driverOf(redis.connect()));
    const client = redis.connect();
    await using b = listenTo(driverOf(client));
    const key = redis.name();
    await a.hold(key);
    const owner = b.driver.nextOwner();
    const duplicate = client.duplicate.bind(client);
    const leaving: Promise<void>[] = [];
    vi.spyOn(client, 'duplicate').mockImplementationOnce(() => {
      leaving.push(b.driver.cancel(key, owner, BOUND));
      return duplicate();
    });
    await expect(b.ask(key, { owner, mode: 'queue' })).resolves.toMatchObject({ reply: { kind: 'taken' } });
    await Promise.all(leaving);
    expect(leaving).toHaveLength(1);
    await expect(a.driver.inspect(key, BOUND)).resolves.toMatchObject({ waiters: 0 });
  });

  it('listens again after its connection was killed, and says so', async () => {
    const client = redis.connect();
    await using a = listenTo(driverOf(client));
    await using b = listenTo(driverOf(redis.connect()));
    const key = redis.name();
    const holder = await a.hold(key);
    const waiting = await b.wait(key);
    const before = b.reconnects();
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(b.reconnects()).toBeGreaterThan(before), 5000);
    await expect(b.ask(key, { owner: waiting, mode: 'queue' })).resolves.toMatchObject({ reply: { kind: 'queued' } });
    await a.driver.release(key, holder, BOUND);
    await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toEqual([waiting]), 5000);
  });

  it('answers by its bound while Redis is frozen, though the client never does, and goes on when it is thawed', async () => {
    await using server = await startRedis();
    const client = redis.connect(server.port);
    await using a = listenTo(driverOf(client));
    const key = redis.name();
    const owner = await a.hold(key);
    await server.freeze();
    const lease = { key, owner, ttlMs: 60_000 };
    const asked = await Promise.allSettled([
      a.driver.renew([lease], { timeoutMs: 50 }),
      a.driver.inspect(key, { timeoutMs: 100 }),
      a.driver.inspect(key, { timeoutMs: 60_000, signal: AbortSignal.timeout(20) }),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(asked[0]).toMatchObject({ value: [{ code: 'ERR_LOCK_UNAVAILABLE' }] });
    expect(asked[1]).toMatchObject({ reason: { code: 'ERR_LOCK_UNAVAILABLE' } });
    expect(asked[2]).toMatchObject({ reason: { name: 'TimeoutError' } });
    await server.thaw();
    await expect(a.driver.renew([lease], BOUND)).resolves.toEqual(['held']);
  });

  it('gives an owner whose answer was lost the same lease again', async () => {
    await using proxy = await startFaultProxy({ to: redis.server });
    const client = redis.connect(proxy.port);
    await using a = listenTo(driverOf(client));
    await a.hold(redis.name());
    const [key, owner] = [redis.name(), a.driver.nextOwner()];
    proxy.delay({ downMs: 60_000 });
    await expect(tokenOf(a.driver, key, owner, 50)).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await using b = listenTo(driverOf(redis.connect()));
    const info = await vi.waitFor(async () => {
      const found = await b.driver.inspect(key, BOUND);
      expect(found).toMatchObject({ owner });
      return found!;
    }, 5000);
    await proxy.heal();
    proxy.cut();
    await expect(tokenOf(a.driver, key, owner)).resolves.toBe(info.token);
  });

  it('notices that the connection it is pushed to is half open, while something waits', async () => {
    await using proxy = await startFaultProxy({ to: redis.server });
    const client = redis.connect(proxy.port);
    const duplicate = vi.spyOn(client, 'duplicate');
    await using a = listenTo(driverOf(client, 20));
    await using b = listenTo(driverOf(redis.connect()));
    const key = redis.name();
    await b.hold(key);
    await a.wait(key);
    a.driver.setWaiting(1);
    const before = a.reconnects();
    proxy.halfOpen();
    await vi.waitFor(() => expect(duplicate).toHaveBeenCalledTimes(2), 10_000);
    await proxy.heal();
    await vi.waitFor(() => expect(a.reconnects()).toBeGreaterThan(before), 10_000);
  });

  it('says after which moment a lock was pushed, by what was answered before it', async () => {
    await using a = listenTo(driverOf(redis.connect()));
    await using b = listenTo(driverOf(redis.connect(), 20));
    const key = redis.name();
    const holder = await a.hold(key);
    await b.wait(key);
    const from = performance.now();
    b.driver.setWaiting(1);
    const client = redis.connect();
    await vi.waitFor(async () => {
      const pings = /cmdstat_ping:calls=(\d+)/u.exec(await client.info('commandstats'));
      expect(Number(pings?.[1] ?? 0)).toBeGreaterThan(3);
    }, 5000);
    await a.driver.release(key, holder, BOUND);
    await vi.waitFor(() => expect(b.grants).toHaveLength(1), 5000);
    expect(b.grants[0]!.sentAt).toBeGreaterThanOrEqual(from);
    expect(b.grants[0]!.sentAt).toBeLessThan(performance.now());
  });

  it('knows nothing about that while nobody says that something waits', async () => {
    await using a = listenTo(driverOf(redis.connect()));
    const key = redis.name();
    const holder = await a.hold(key);
    await a.wait(key);
    await a.driver.release(key, holder, BOUND);
    await vi.waitFor(() => expect(a.grants).toHaveLength(1), 5000);
    expect(a.grants[0]!.sentAt).toBe(-Infinity);
  });

  it('loses nothing at a server that takes writes no more, and says that it is not available', async () => {
    await using server = await startRedis();
    const client = redis.connect(server.port);
    await using a = listenTo(driverOf(client));
    const key = redis.name();
    const owner = await a.hold(key);
    const token = await tokenOf(a.driver, key, owner);
    // As the primary of before a failover is: the replica of another one.
    await client.call('REPLICAOF', '127.0.0.1', 1);
    const refused = { code: 'ERR_LOCK_UNAVAILABLE', message: expect.stringContaining('READONLY') as string };
    for (const lease of [owner, a.driver.nextOwner()]) {
      await expect(a.driver.renew([{ key, owner: lease, ttlMs: 60_000 }], BOUND)).resolves.toMatchObject([refused]);
    }
    await expect(a.hold(redis.name())).rejects.toMatchObject(refused);
    await client.call('REPLICAOF', 'NO', 'ONE');
    await expect(tokenOf(a.driver, key, owner)).resolves.toBe(token);
  });

  it('takes a step that fails for itself alone', async () => {
    const client = redis.connect();
    await using a = listenTo(driverOf(client));
    const [bad, good] = [redis.name(), redis.name()];
    await client.lpush(`{lk:lockstep:${bad}}:l`, 'something else');
    const [failed, held] = await Promise.allSettled([a.hold(bad), a.hold(good)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'ERR_LOCK_UNAVAILABLE' } });
    expect(failed).toHaveProperty('reason.message', expect.stringContaining('WRONGTYPE'));
    expect(held).toMatchObject({ status: 'fulfilled' });
  });
});
