import { type RedisSentinel, startRedisSentinel } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { conformanceLeaseMs } from '../../src/conformance/log-conformance.ts';
import { createRedisLog } from '../../src/redis/redis-log.ts';
import { describeInvalidationLog } from '../log-conformance.ts';

const clients: Redis[] = [];
let group: RedisSentinel;
let names = 0;

beforeAll(async () => {
  group = await startRedisSentinel();
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => group.close());

function connect(): Redis {
  const client = new Redis({ sentinels: [...group.endpoints], name: group.name });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

for (const shards of [1, 4]) {
  describeInvalidationLog(`createRedisLog with ${shards} shard(s) over a client of sentinels`, {
    createLog: () =>
      createRedisLog({
        client: connect(),
        namespace: `sentinel-${++names}`,
        shards,
        maxLeaseMs: conformanceLeaseMs,
      }),
  });
}
