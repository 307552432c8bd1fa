import { type RedisCluster, startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { listenTo, type LockProcess } from './conformance/process.ts';
import { untilTold } from './until-told.ts';

let cluster: RedisCluster | undefined;
const clients: Cluster[] = [];
beforeAll(async () => {
  cluster = await startRedisCluster({ replicasPerMaster: 1 });
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => cluster?.close());

function open(): LockProcess {
  const client = new Cluster([...cluster!.endpoints], {
    slotsRefreshInterval: 500,
    redisOptions: { connectTimeout: 500 },
  });
  client.on('error', () => undefined);
  clients.push(client);
  return listenTo(createRedisLockDriver({ client }));
}

describe('the driver on a Redis Cluster whose nodes fail', () => {
  it('hears pushes from the new master after the old one has handed over', async () => {
    await using a = open();
    await using b = open();
    await untilTold(a, b, 'handed');
    const before = b.reconnects();
    await cluster!.failover('{lk:lockstep:handed}', { by: 'ask' });
    await vi.waitFor(() => expect(b.reconnects()).toBeGreaterThan(before), { timeout: 20_000, interval: 50 });
    await untilTold(a, b, 'handed');
    await cluster!.whole();
  }, 60_000);

  it('is answered by the new master, and gives the lock to the one that waits', async () => {
    await using a = open();
    await using b = open();
    const holder = await a.hold('moving', { replicas: 1 });
    const waiting = await b.wait('moving');
    const killed = await cluster!.masterOf('{lk:lockstep:moving}');
    await cluster!.failover('{lk:lockstep:moving}', { by: 'kill' });
    const patience = { timeout: 20_000, interval: 200 };
    const release = (): Promise<string> => a.driver.release('moving', holder, { timeoutMs: 1000 });
    // Whether an attempt whose answer was lost had its effect is not known.
    await vi.waitFor(async () => expect(['released', 'lost']).toContain(await release()), patience);
    const reply = await vi.waitFor(async () => {
      const asked = await b.ask('moving', { owner: waiting, mode: 'queue' });
      expect(asked.reply.kind).toBe('held');
      return asked.reply;
    }, patience);
    expect(reply).toMatchObject({ owner: waiting });
    await b.driver.release('moving', waiting, { timeoutMs: 1000 });
    await untilTold(a, b, 'moving');
    await killed.restart();
    await cluster!.whole();
  }, 60_000);

  it('renews the leases at the masters that answer while one does not', async () => {
    await using a = open();
    const keys = Array.from({ length: 8 }, (_, i) => `renewed${i}`);
    const leases = await Promise.all(keys.map(async (key) => ({ key, owner: await a.hold(key), ttlMs: 90_000 })));
    const masters = await Promise.all(keys.map((key) => cluster!.masterOf(`{lk:lockstep:${key}}`)));
    const [frozen] = masters;
    await frozen!.freeze();
    const replies = await a.driver.renew(leases, { timeoutMs: 500 });
    await frozen!.thaw();
    const expected = masters.map((master) => (master === frozen ? 'ERR_LOCK_UNAVAILABLE' : 'held'));
    expect(new Set(expected).size).toBe(2);
    expect(replies.map((reply) => (typeof reply === 'string' ? reply : reply.code))).toEqual(expected);
    await cluster!.whole();
  }, 60_000);

  it('hears pushes again after the node that it listens to was killed', async () => {
    await using a = open();
    await using b = open();
    await a.hold('warm');
    await b.wait('warm');
    b.driver.setWaiting(1);
    for (const node of cluster!.nodes.slice(0, 3)) {
      await node.kill();
      await node.restart();
    }
    await cluster!.whole();
    let rounds = 0;
    await vi.waitFor(
      async () => {
        const key = `k${rounds++}`;
        const holder = await a.hold(key);
        const waiting = await b.wait(key);
        await a.driver.release(key, holder, { timeoutMs: 1000 });
        await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toContain(waiting), 500);
      },
      { timeout: 30_000, interval: 300 },
    );
    expect(b.grants.length).toBeGreaterThan(0);
  }, 90_000);
});
