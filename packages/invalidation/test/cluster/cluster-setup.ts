import { type RedisCluster, type RedisClusterOptions, startRedisCluster } from '@lockstep/testing';
import { Cluster, type ClusterOptions } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** A Redis Cluster for the tests of one file, and clients that are gone after each test. */
export interface ClusterSetup {
  readonly cluster: RedisCluster;
  connect(options?: Pick<ClusterOptions, 'shardedSubscribers'>): Cluster;
  /** A name that no other test has used. */
  namespace(): string;
}

/** Starts one cluster for the file. */
export function setupCluster(options: RedisClusterOptions = {}): ClusterSetup {
  const clients: Cluster[] = [];
  let cluster: RedisCluster | undefined;
  let names = 0;
  beforeAll(async () => {
    cluster = await startRedisCluster(options);
  }, 60_000);
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => cluster?.close());
  const running = (): RedisCluster => {
    if (cluster === undefined) throw new Error('the cluster is there from beforeAll on');
    return cluster;
  };
  return {
    get cluster() {
      return running();
    },
    connect(clientOptions = {}) {
      const client = new Cluster([...running().endpoints], {
        slotsRefreshInterval: 500,
        slotsRefreshTimeout: 500,
        ...clientOptions,
        redisOptions: { connectTimeout: 500 },
      });
      // Faults are the point: commands that fail because of them say so themselves.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    namespace: () => `test-${++names}`,
  };
}
