import { Cluster, Redis } from 'ioredis';
import { describe, expectTypeOf, it } from 'vitest';

import type { RedisClient } from '../src/redis.ts';

describe('RedisClient', () => {
  it('is satisfied by a single server and by a cluster of ioredis', () => {
    expectTypeOf<Redis>().toExtend<RedisClient>();
    expectTypeOf<Cluster>().toExtend<RedisClient>();
  });
});
