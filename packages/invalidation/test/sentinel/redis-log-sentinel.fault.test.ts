import {
  attachReplica,
  detachReplica,
  type FaultProxy,
  type RedisSentinel,
  startFaultProxy,
  startRedisSentinel,
} from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, it } from 'vitest';

import { createRedisLog } from '../../src/redis/redis-log.ts';
import { createCoherenceProbe } from '../relay/coherence-probe.ts';

const LEASE_MS = 1000;
const shared = { namespace: 'sentinel', shards: 2, maxLeaseMs: 2000, timeoutMs: 500 };

interface Group extends AsyncDisposable {
  readonly group: RedisSentinel;
  readonly proxies: readonly FaultProxy[];
  /** A client that asks the sentinels for the master, and goes to it directly or through its proxy. */
  readonly connect: (through: 'proxies' | 'nothing') => Redis;
}

async function startGroup(): Promise<Group> {
  const group = await startRedisSentinel();
  const proxies = await Promise.all(group.nodes.map((to) => startFaultProxy({ to })));
  const clients: Redis[] = [];
  return {
    group,
    proxies,
    connect(through) {
      const natMap = Object.fromEntries(
        group.nodes.map((node, index) => [
          `${node.host}:${node.port}`,
          { host: node.host, port: through === 'proxies' ? proxies[index]!.port : node.port },
        ]),
      );
      const client = new Redis({
        sentinels: [...group.endpoints],
        name: group.name,
        natMap,
        // Leaves a frozen master. `failoverDetector` would too, and ends the client when it meets a reconnect under way.
        socketTimeout: 1000,
        connectTimeout: 500,
        sentinelRetryStrategy: () => 50,
        retryStrategy: () => 50,
      });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await group.close();
    },
  };
}

// They wait most of the time, each for a group of its own.
describe.concurrent('createRedisLog behind sentinels', () => {
  it.for(['ask', 'kill', 'freeze'] as const)(
    'lets nothing be served too late over a failover by %s, and starts afresh',
    { timeout: 90_000 },
    async (by, { expect }) => {
      await using started = await startGroup();
      const { group, connect } = started;
      await using publish = createRedisLog({ client: connect('nothing'), ...shared });
      await using hear = createRedisLog({ client: connect('nothing'), ...shared });
      await using probe = createCoherenceProbe({ hear, publish, leaseMs: LEASE_MS });
      await probe.follower.ready;
      const stop = probe.keepPublishing();
      await expect.poll(() => probe.confirmed, { timeout: 10_000 }).toBeGreaterThan(50);
      const old = await group.master();
      await group.failover({ by });
      const before = probe.confirmed;
      await expect.poll(() => probe.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 20);
      // A master that hands over serves its clients until the sentinels make it a replica.
      await expect.poll(() => probe.resets, { timeout: 30_000 }).toContain('lost');
      await expect.poll(() => probe.isServing(), { timeout: 10_000 }).toBe(true);
      // A thawed one still takes itself for the master until the sentinels tell it otherwise.
      if (by === 'freeze') await old.thaw();
      const then = probe.confirmed;
      await expect.poll(() => probe.confirmed, { timeout: 20_000 }).toBeGreaterThan(then + 300);
      await stop();
      await expect.poll(() => probe.stale()).toEqual([]);
      expect(probe.violations).toEqual([]);
    },
  );

  it('forgets what was invalidated by entries that a lagging replica never had, which is the master now', async ({
    expect,
  }) => {
    await using started = await startGroup();
    const { group, proxies, connect } = started;
    const [master, replica] = group.nodes;
    await using publish = createRedisLog({ client: connect('nothing'), ...shared });
    await using hear = createRedisLog({ client: connect('proxies'), ...shared });
    await using probe = createCoherenceProbe({ hear, publish, leaseMs: LEASE_MS });
    await probe.follower.ready;
    expect(await probe.publish('heard')).toBe(true);
    await expect.poll(() => probe.stale()).toEqual([]);
    // From here on this follower hears nothing, and the replica gets nothing.
    for (const proxy of proxies) proxy.halfOpen();
    await detachReplica(replica!);
    const lost = Array.from({ length: 50 }, (_, i) => `lost:${i}`);
    for (const key of lost) expect(await probe.publish(key)).toBe(true);
    expect(await group.failover({ by: 'kill' })).toBe(replica);
    await attachReplica(replica!);
    // More is published than was lost, so that the numbers alone would not tell.
    const writer = createCoherenceProbe({ hear: publish, publish, leaseMs: LEASE_MS });
    const stop = writer.keepPublishing();
    await expect.poll(() => writer.confirmed, { timeout: 20_000 }).toBeGreaterThan(100);
    await stop();
    await writer[Symbol.asyncDispose]();
    await expect.poll(() => probe.isServing(), { timeout: 5000 }).toBe(false);
    expect(probe.stale()).toEqual(lost);
    for (const proxy of proxies) await proxy.heal();
    await expect.poll(() => probe.isServing(), { timeout: 20_000 }).toBe(true);
    expect(probe.stale()).toEqual([]);
    expect(probe.resets).toContain('lost');
    expect(probe.violations).toEqual([]);
    expect(master!.isRunning).toBe(false);
  }, 90_000);
});
