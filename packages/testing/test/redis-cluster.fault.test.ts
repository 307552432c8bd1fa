import { describe, expect, it } from 'vitest';

import { attachReplica, detachReplica, replicationState } from '../src/redis-replication.ts';
import { startRedisCluster } from '../src/redis-cluster.ts';
import { redis } from './redis-client.ts';

describe('a Redis Cluster', () => {
  it('promotes the replica of a killed master, which comes back as its replica', async () => {
    await using cluster = await startRedisCluster({ masters: 3, replicasPerMaster: 1, nodeTimeoutMs: 1000 });
    const old = await cluster.masterOf('k');
    const promoted = await cluster.failover('k', { by: 'kill' });
    expect(promoted).not.toBe(old);
    expect(await redis(promoted.port, 'SET k v')).toBe('+OK\r\n');
    await old.restart();
    await cluster.whole();
    await expect.poll(() => cluster.replicasOf(promoted), { timeout: 10_000 }).toEqual([old]);
    expect(await cluster.masterOf('k')).toBe(promoted);
  }, 60_000);

  it('promotes the replica of a frozen master, and loses what a detached replica did not have', async () => {
    await using cluster = await startRedisCluster({ masters: 3, replicasPerMaster: 1, nodeTimeoutMs: 1000 });
    const old = await cluster.masterOf('k');
    const [replica] = await cluster.replicasOf(old);
    expect(await redis(old.port, 'SET k before')).toBe('+OK\r\n');
    await expect.poll(() => redis(replica!.port, 'DBSIZE')).toBe(':1\r\n');
    await detachReplica(replica!);
    await expect.poll(async () => (await replicationState(replica!.port)).isLinkUp).toBe(false);
    expect(await redis(old.port, 'SET k after')).toBe('+OK\r\n');
    const promoted = await cluster.failover('k', { by: 'freeze' });
    expect(promoted).toBe(replica);
    await attachReplica(promoted);
    expect(await redis(promoted.port, 'GET k')).toBe('$6\r\nbefore\r\n');
    await old.thaw();
    await cluster.whole();
    expect(await cluster.masterOf('k')).toBe(promoted);
  }, 60_000);

  it('refuses a failover where there is no replica, and serves what is left when a master is killed', async () => {
    await using cluster = await startRedisCluster({
      nodeTimeoutMs: 1000,
      config: { 'cluster-require-full-coverage': 'no' },
    });
    await expect(cluster.failover('k')).rejects.toMatchObject({ code: 'ERR_TESTING_NOT_RUNNING' });
    const [first, second] = cluster.nodes;
    await first!.kill();
    expect(await cluster.masterOf(5462)).toBe(second);
    await first!.restart();
    await cluster.whole();
    expect(await cluster.masterOf(0)).toBe(first);
  }, 60_000);

  it('leaves nothing running when the start is given up', async () => {
    const reason = new Error('enough');
    await expect(startRedisCluster({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const pids: number[] = [];
    {
      await using cluster = await startRedisCluster();
      pids.push(...cluster.nodes.map(({ pid }) => pid));
      await cluster.close();
    }
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 60_000);
});
