import { attachReplica, detachReplica } from '@lockstep/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog, type RedisLog } from '../../src/redis/redis-log.ts';
import { type CoherenceProbe, createCoherenceProbe } from '../relay/coherence-probe.ts';
import { setupCluster } from './cluster-setup.ts';

const LEASE_MS = 1000;
const setup = setupCluster({ replicasPerMaster: 1, nodeTimeoutMs: 1000 });

function createLog(namespace: string, shardedPush: boolean): RedisLog {
  const client = setup.connect({ shardedSubscribers: shardedPush });
  return createRedisLog({ client, namespace, shards: 4, maxLeaseMs: 2000, timeoutMs: 500, shardedPush });
}

/** Two logs that live through one failover: one pushes by PUBLISH, the other one by SPUBLISH. */
interface Pair {
  readonly probes: readonly CoherenceProbe[];
  /** A key of shard 0 of both. */
  readonly state: string;
}

async function openPair(): Promise<Pair> {
  const plain = createLog(setup.namespace(), false);
  const state = plain.keys.state(0);
  const master = await setup.cluster.masterOf(state);
  let sharded = createLog(setup.namespace(), true);
  while ((await setup.cluster.masterOf(sharded.keys.state(0))) !== master) {
    await sharded.close();
    sharded = createLog(setup.namespace(), true);
  }
  const probes = [plain, sharded].map((publish, index) => {
    const hear = createLog(publish.namespace, index === 1);
    const probe = createCoherenceProbe({ hear, publish, leaseMs: LEASE_MS });
    onTestFinished(async () => {
      await probe[Symbol.asyncDispose]();
      await Promise.all([hear.close(), publish.close()]);
    });
    return probe;
  });
  await Promise.all(probes.map((probe) => probe.follower.ready));
  return { probes, state };
}

/** Waits until each of them has confirmed so many more. */
async function confirmMore(probes: readonly CoherenceProbe[], more: number): Promise<void> {
  const goals = probes.map((probe) => [probe, probe.confirmed + more] as const);
  await expect.poll(() => goals.filter(([probe, goal]) => probe.confirmed < goal).length, { timeout: 20_000 }).toBe(0);
}

async function untilServing(probes: readonly CoherenceProbe[]): Promise<void> {
  await expect.poll(() => probes.map((probe) => probe.isServing()), { timeout: 20_000 }).toEqual([true, true]);
}

describe('createRedisLog on a Cluster that fails over, with and without sharded push', () => {
  it.each(['ask', 'kill', 'freeze'] as const)(
    'lets nothing be served too late when a replica takes over by %s, and starts afresh',
    async (by) => {
      const { probes, state } = await openPair();
      const stops = probes.map((probe) => probe.keepPublishing());
      await confirmMore(probes, 50);
      const old = await setup.cluster.masterOf(state);
      await setup.cluster.failover(state, { by });
      await confirmMore(probes, 50);
      await untilServing(probes);
      // A thawed one still takes itself for the master for a moment.
      if (by === 'freeze') await old.thaw();
      await confirmMore(probes, 150);
      await Promise.all(stops.map((stop) => stop()));
      await expect.poll(() => probes.flatMap((probe) => probe.stale())).toEqual([]);
      expect(probes.flatMap(({ violations }) => violations)).toEqual([]);
      for (const { resets } of probes) expect(resets).toContain('lost');
      if (by === 'kill') await old.restart();
      await setup.cluster.whole();
    },
    90_000,
  );

  it('forgets everything when the replica that takes over lacked acknowledged entries', async () => {
    const { probes, state } = await openPair();
    const old = await setup.cluster.masterOf(state);
    const [replica] = await setup.cluster.replicasOf(old);
    await detachReplica(replica!);
    for (const probe of probes) {
      for (let i = 0; i < 50; i++) expect(await probe.publish(`lost:${i}`)).toBe(true);
    }
    expect(await setup.cluster.failover(state, { by: 'kill' })).toBe(replica);
    await attachReplica(replica!);
    for (const probe of probes) await expect.poll(() => probe.resets, { timeout: 20_000 }).toContain('lost');
    await untilServing(probes);
    expect(probes.flatMap((probe) => probe.stale())).toEqual([]);
    for (const probe of probes) expect(await probe.publish('after', { everywhere: true })).toBe(true);
    expect(probes.flatMap(({ violations }) => violations)).toEqual([]);
    await old.restart();
    await setup.cluster.whole();
  }, 90_000);
});
