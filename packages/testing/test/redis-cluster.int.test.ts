import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askRedis } from '../src/ask-redis.ts';
import { type RedisCluster, startRedisCluster } from '../src/redis-cluster.ts';
import { redis } from './redis-client.ts';

describe('startRedisCluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster({ replicasPerMaster: 1 });
  }, 60_000);
  afterAll(() => cluster.close());

  it('serves every slot from the start, a third of them by each master', async () => {
    for (const { port } of cluster.nodes) {
      expect(await askRedis(port, 'CLUSTER INFO')).toMatch(
        /cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\n/,
      );
    }
    const [first, second, third] = cluster.nodes;
    expect(await cluster.masterOf(0)).toBe(first);
    expect(await cluster.masterOf(5462)).toBe(second);
    expect(await cluster.masterOf(16_383)).toBe(third);
  });

  it('names the node that takes a key, where another one refers to it', async () => {
    const master = await cluster.masterOf('{shop}:1');
    expect(await redis(master.port, 'SET {shop}:1 v')).toBe('+OK\r\n');
    const other = cluster.nodes.find((node) => node !== master)!;
    expect(await redis(other.port, 'GET {shop}:1')).toMatch(new RegExp(`^-MOVED \\d+ 127.0.0.1:${master.port}`));
  });

  it('gives each master a replica that has its data', async () => {
    const master = await cluster.masterOf('k');
    const replicas = await cluster.replicasOf(master);
    expect(replicas).toHaveLength(1);
    expect(cluster.nodes.indexOf(replicas[0]!)).toBe(cluster.nodes.indexOf(master) + 3);
    expect(await redis(master.port, 'SET k v')).toBe('+OK\r\n');
    await expect.poll(() => redis(replicas[0]!.port, 'DBSIZE')).toBe(await redis(master.port, 'DBSIZE'));
  });

  it('hands a master over without losing a write', async () => {
    const before = await cluster.masterOf('handed');
    expect(await redis(before.port, 'SET handed over')).toBe('+OK\r\n');
    const after = await cluster.failover('handed');
    expect(after).not.toBe(before);
    expect(await redis(after.port, 'GET handed')).toBe('$4\r\nover\r\n');
    await expect.poll(() => cluster.replicasOf(after)).toEqual([before]);
  });

  it.each([
    [{ masters: 0 }, 'masters must be at least 1, got 0'],
    [{ replicasPerMaster: -1 }, 'replicasPerMaster must be a whole number, got -1'],
    [{ nodeTimeoutMs: 1 }, 'nodeTimeoutMs must be at least 100, got 1'],
    [{ timeoutMs: 0 }, 'timeoutMs must be positive, got 0'],
  ])('refuses %j and names the option', async (options, message) => {
    await expect(startRedisCluster(options)).rejects.toThrow(message);
  });

  it('refuses a slot that does not exist', async () => {
    await expect(cluster.masterOf(16_384)).rejects.toThrow('a slot is a whole number below 16384, got 16384');
  });
});
