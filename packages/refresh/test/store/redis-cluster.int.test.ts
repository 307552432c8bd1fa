import { type RedisCluster, startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { put, replacementOf, textAt } from '../../src/conformance/store-case.ts';
import type { EntryStore } from '../../src/store/entry-store.ts';
import { createRedisStore } from '../../src/store/redis/redis-store.ts';
import { describeStore } from './describe-store.ts';
import { passInRedis } from './time-machine.ts';

let servers: RedisCluster;
let tests = 0;
const clients: Cluster[] = [];

beforeAll(async () => {
  servers = await startRedisCluster({ masters: 3, replicasPerMaster: 1 });
});
beforeEach(() => {
  tests++;
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => servers.close());

function connect(): Cluster {
  const client = new Cluster(servers.endpoints.map(({ host, port }) => ({ host, port })));
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

function open(): EntryStore {
  return createRedisStore({ redis: connect(), prefix: `t${tests}:`, timeoutMs: 10_000 });
}

describeStore('createRedisStore() in a Cluster', ['value', 'hash', 'list', 'zset'], {
  open,
  pass: async (ms) => {
    for (const key of ['k', 'empty']) await passInRedis(connect(), `t${tests}:`, key, ms);
  },
});

it('supersedes a load that began before a replica took over', async () => {
  const store = open();
  await put(store, 'k', 1, 'old');
  await store.begin('k', 2);
  await servers.failover(`t${tests}:k`);
  await expect(store.replace('k', replacementOf(2, 'late'))).resolves.toBe('superseded');
  await put(store, 'k', 3, 'new');
  await expect(textAt(store, 'k')).resolves.toBe('new');
});
