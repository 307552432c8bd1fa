import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { createMemcacheNames } from '../../src/shared/memcache-names.ts';
import { memcacheTier } from '../../src/shared/memcache-tier.ts';
import { setupRedis } from './redis-lab.ts';
import { describeSharedTier } from './shared-conformance.ts';

const redis = setupRedis();
let servers: MemcachedServer[];
let pool: MemcachePool;
let prefix: string;
let tests = 0;

beforeAll(async () => {
  servers = await Promise.all([startMemcached(), startMemcached()]);
  pool = createPool({ ring: createRing(servers.map(({ port }) => ({ host: '127.0.0.1', port }))) });
});
beforeEach(() => {
  prefix = `test-${++tests}:`;
});
afterAll(async () => {
  await pool.close();
  await Promise.all(servers.map((server) => server.close()));
});

describeSharedTier('memcacheTier()', {
  open: () => ({ log: redis.log({ shards: 2 }), tier: memcacheTier(pool, { prefix }) }),
  knowsTags: true,
  plant: (key, bytes) => pool.set(createMemcacheNames(prefix).value(key).name, bytes, { ttlSeconds: 60 }),
});
