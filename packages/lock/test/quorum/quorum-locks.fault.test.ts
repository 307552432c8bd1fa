import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createQuorumLocks, type QuorumLocks } from '../../src/index.ts';

describe('quorum locks over three masters', () => {
  let servers: RedisServer[];
  let clients: Redis[];
  let locks: QuorumLocks;
  let others: QuorumLocks;
  beforeAll(async () => {
    servers = await Promise.all([1, 2, 3].map(() => startRedis()));
    clients = servers.map(({ port }) => new Redis(port));
    for (const client of clients) client.on('error', () => undefined);
    // A busy machine may take longer than the 50 ms that a node has by default.
    locks = createQuorumLocks(clients, { nodeTimeoutMs: 1000 });
    others = createQuorumLocks(clients, { nodeTimeoutMs: 1000 });
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await Promise.all(servers.map((server) => server.close()));
  });

  it('give a lock to one at a time', async () => {
    await using lease = (await locks.tryAcquire('one'))!;
    expect(await others.tryAcquire('one')).toBeUndefined();
    await expect(others.acquire('one', { waitMs: 30 })).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT', key: 'one' });
    const next = others.acquire('one');
    expect(await lease.release()).toBe('released');
    expect(await (await next).release()).toBe('released');
  });

  it('never run two sections at once, and pass on what they return and throw', async () => {
    let inside = 0;
    const section = async (): Promise<number> => {
      inside += 1;
      await clients[0]!.ping();
      expect(inside).toBe(1);
      inside -= 1;
      return 42;
    };
    const runs = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? locks : others).withLock('many', section));
    expect(await Promise.all(runs)).toEqual(Array(20).fill(42));
    await expect(locks.withLock('many', {}, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await others.withLock('many', () => 1)).toBe(1);
  });

  it('take a free lock at once while one node hangs', async () => {
    await servers[2]!.freeze();
    // It would have to wait for the node for ten minutes.
    const patient = createQuorumLocks(clients, { nodeTimeoutMs: 600_000 });
    const lease = (await patient.tryAcquire('hung'))!;
    expect(await others.tryAcquire('hung')).toBeUndefined();
    expect(await lease.release()).toBe('released');
    await servers[2]!.thaw();
    // What the node got meanwhile leaves nothing behind.
    await expect.poll(() => clients[2]!.exists('lkq:hung')).toBe(0);
  });

  it('say that too few nodes answer, within their time, and take nothing along', async () => {
    const hasty = createQuorumLocks(clients, { nodeTimeoutMs: 50 });
    await Promise.all([servers[1]!.freeze(), servers[2]!.freeze()]);
    await expect(hasty.tryAcquire('few')).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE', key: 'few' });
    await expect(hasty.acquire('few', { waitMs: 100 })).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    await Promise.all([servers[1]!.thaw(), servers[2]!.thaw()]);
    for (const client of clients) await expect.poll(() => client.exists('lkq:few')).toBe(0);
  });

  it('keep a lease while a node is down, and give the key to it again when it is back', async () => {
    const quick = createQuorumLocks(clients, { nodeTimeoutMs: 1000, ttlMs: 6000 });
    await using lease = await quick.acquire('restart');
    await servers[0]!.restart({ keepData: false });
    await expect.poll(() => clients[0]!.get('lkq:restart')).toBe(lease.owner);
    expect(lease.isHeld()).toBe(true);
  });

  it('learn the script again after SCRIPT FLUSH', async () => {
    await using _first = await locks.acquire('flush');
    await Promise.all(clients.map((client) => client.script('FLUSH')));
    expect(await others.tryAcquire('flush')).toBeUndefined();
    expect(await (await others.acquire('flush2')).release()).toBe('released');
  });

  it('end with the reason of the signal, and with ERR_LOCK_CLOSED after the end', async () => {
    const closing = createQuorumLocks(clients, { nodeTimeoutMs: 1000 });
    const lease = await closing.acquire('end');
    const waiting = closing.acquire('end');
    waiting.catch(() => undefined);
    await expect(others.acquire('end', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await closing.close();
    await closing[Symbol.asyncDispose]();
    expect(lease.signal.reason).toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    await expect(closing.tryAcquire('end')).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    await (await others.acquire('end')).release();
  });
});

describe('createQuorumLocks', () => {
  it('refuses what is no quorum', () => {
    const client = { call: () => Promise.resolve(1) } as never;
    expect(() => createQuorumLocks([client, client, client])).toThrow('at least three different masters, got 1');
    expect(() => createQuorumLocks([{} as never])).toThrow('clients must be a list of Redis clients');
    expect(() =>
      createQuorumLocks([client, { ...(client as object) } as never, { ...(client as object) } as never], {
        ttlMs: 50,
      }),
    ).toThrow('ttlMs must be');
  });
});
