import { createRedisLog, type RedisLog } from '@lockstep/invalidation';
import { type RedisCluster, startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { redisTier } from '../../src/shared/redis-tier.ts';
import { describeSharedTier } from './shared-conformance.ts';

let servers: RedisCluster;
let tests = 0;
const clients: Cluster[] = [];
const logs: RedisLog[] = [];

beforeAll(async () => {
  servers = await startRedisCluster({ masters: 3 });
});
beforeEach(() => {
  tests++;
});
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => servers.close());

function connect(): Cluster {
  const client = new Cluster(servers.endpoints.map(({ host, port }) => ({ host, port })));
  clients.push(client);
  return client;
}

function openLog(): RedisLog {
  const log = createRedisLog({ client: connect(), namespace: `cluster-${tests}`, shards: 8 });
  logs.push(log);
  return log;
}

describeSharedTier('redisTier() in a Cluster', {
  open: () => ({ log: openLog(), tier: redisTier() }),
  knowsTags: true,
  plant: async (key, bytes) => {
    await connect().set(openLog().keys.value(key), bytes);
  },
});
