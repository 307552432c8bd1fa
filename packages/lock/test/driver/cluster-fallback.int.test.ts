import { type RedisCluster, startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo, type LockProcess } from './conformance/process.ts';

let cluster: RedisCluster | undefined;
const clients: Cluster[] = [];
beforeAll(async () => {
  // As Redis 6.2 has it.
  cluster = await startRedisCluster({ config: { 'rename-command': 'SSUBSCRIBE ""' } });
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => cluster?.close());

function open(): LockProcess {
  const client = new Cluster([...cluster!.endpoints]);
  client.on('error', () => undefined);
  clients.push(client);
  return listenTo(createRedisLockDriver({ client }));
}

describe('the driver on a Cluster without channels in slots', () => {
  it('is told by all nodes', async () => {
    await using a = open();
    await using b = open();
    for (const name of ['a', 'b', 'c']) {
      const holder = await a.hold(name);
      const waiting = await b.wait(name);
      await a.driver.release(name, holder, BOUND);
      await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toContain(waiting), 10_000);
    }
  });
});
