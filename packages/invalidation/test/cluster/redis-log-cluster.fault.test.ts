import { attachReplica, detachReplica } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { createRedisLog, type RedisLog } from '../../src/redis/redis-log.ts';
import { createCoherenceProbe } from '../relay/coherence-probe.ts';
import { setupCluster } from './cluster-setup.ts';

const LEASE_MS = 1000;
const setup = setupCluster({ replicasPerMaster: 1, nodeTimeoutMs: 1000 });

function createLog(namespace: string, shardedPush: boolean): RedisLog {
  const client = setup.connect({ shardedSubscribers: shardedPush });
  return createRedisLog({ client, namespace, shards: 4, maxLeaseMs: 2000, timeoutMs: 500, shardedPush });
}

describe.each([false, true])('createRedisLog on a Cluster that fails over, sharded push %s', (shardedPush) => {
  it.each(['ask', 'kill', 'freeze'] as const)(
    'lets nothing be served too late when a replica takes over by %s, and starts afresh',
    async (by) => {
      const namespace = setup.namespace();
      await using publish = createLog(namespace, shardedPush);
      await using hear = createLog(namespace, shardedPush);
      await using probe = createCoherenceProbe({ hear, publish, leaseMs: LEASE_MS });
      await probe.follower.ready;
      const stop = probe.keepPublishing();
      await expect.poll(() => probe.confirmed, { timeout: 10_000 }).toBeGreaterThan(50);
      const state = publish.keys.state(0);
      const old = await setup.cluster.masterOf(state);
      await setup.cluster.failover(state, { by });
      const before = probe.confirmed;
      await expect.poll(() => probe.confirmed, { timeout: 20_000 }).toBeGreaterThan(before + 50);
      await expect.poll(() => probe.isServing(), { timeout: 10_000 }).toBe(true);
      // A thawed one still takes itself for the master for a moment.
      if (by === 'freeze') await old.thaw();
      const then = probe.confirmed;
      await expect.poll(() => probe.confirmed, { timeout: 20_000 }).toBeGreaterThan(then + 300);
      await stop();
      await expect.poll(() => probe.stale()).toEqual([]);
      expect(probe.violations).toEqual([]);
      expect(probe.resets).toContain('lost');
      if (by === 'kill') await old.restart();
      await setup.cluster.whole();
    },
    90_000,
  );

  it('forgets everything when the replica that takes over lacked acknowledged entries', async () => {
    const namespace = setup.namespace();
    await using publish = createLog(namespace, shardedPush);
    await using probe = createCoherenceProbe({ hear: createLog(namespace, shardedPush), publish, leaseMs: LEASE_MS });
    await probe.follower.ready;
    const state = publish.keys.state(0);
    const old = await setup.cluster.masterOf(state);
    const [replica] = await setup.cluster.replicasOf(old);
    await detachReplica(replica!);
    for (let i = 0; i < 50; i++) expect(await probe.publish(`lost:${i}`)).toBe(true);
    expect(await setup.cluster.failover(state, { by: 'kill' })).toBe(replica);
    await attachReplica(replica!);
    await expect.poll(() => probe.resets, { timeout: 20_000 }).toContain('lost');
    await expect.poll(() => probe.isServing(), { timeout: 20_000 }).toBe(true);
    expect(probe.stale()).toEqual([]);
    expect(await probe.publish('after', { everywhere: true })).toBe(true);
    expect(probe.violations).toEqual([]);
    await old.restart();
    await setup.cluster.whole();
  }, 90_000);
});
