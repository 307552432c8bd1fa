import { type RedisCluster, startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { describeBrokenLease } from './conformance/broken-lease.ts';
import { listenTo } from './conformance/process.ts';
import { describeLockDriver } from './lock-driver-conformance.ts';

let cluster: RedisCluster | undefined;
const clients: Cluster[] = [];
let names = 0;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => cluster?.close());

function connect(): Cluster {
  const client = new Cluster([...cluster!.endpoints], { slotsRefreshInterval: 500 });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

describeLockDriver('Redis Cluster', {
  process: (family) => listenTo(createRedisLockDriver({ client: connect() }), family),
  key: () => `n${++names}`,
  keysOfOneGroup(count) {
    const tag = `{t${++names}}`;
    return Array.from({ length: count }, (_, i) => `${tag}:${i}`);
  },
});

describeBrokenLease({
  process: () => listenTo(createRedisLockDriver({ client: connect() })),
  key: () => `n${++names}`,
  async breakLease(key) {
    const client = connect();
    await client.del(`{lk:lockstep:${key}}:l`);
    await client.lpush(`{lk:lockstep:${key}}:l`, 'x');
  },
});
