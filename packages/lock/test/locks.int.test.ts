import { checkLeaks, type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '@lockstep/testing';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLocks } from '../src/index.ts';
import { describeLocks } from './locks-behaviour.ts';

describe('locks in Redis', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.port);
  });
  afterAll(async () => {
    client.disconnect();
    await server.close();
  });

  describeLocks(() => createLocks({ client, prefix: 'behaviour' }));

  it('leave nothing behind when they are closed', async () => {
    const round = async (): Promise<void> => {
      const locks = createLocks({ client, prefix: 'leaks' });
      const work = async (): Promise<void> => {
        await locks.withLock('k', ({ signal }) => signal.throwIfAborted());
      };
      await Promise.all(Array.from({ length: 100 }, work));
      await locks.close();
    };
    await expect(checkLeaks(round, { rounds: 3 })).resolves.toMatchObject({
      growthBytes: expect.any(Number) as number,
    });
  });
});

describe('locks in a Redis Cluster', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    client = new Cluster([...cluster.endpoints]);
  });
  afterAll(async () => {
    client.disconnect();
    await cluster.close();
  });

  describeLocks(() => createLocks({ client, prefix: 'behaviour' }));
});
