import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { createMemcacheStore } from '../../src/store/memcache/memcache-store.ts';
import { describeStore } from './describe-store.ts';

let servers: MemcachedServer[];
let pool: MemcachePool;
let tests = 0;

beforeAll(async () => {
  servers = await Promise.all([startMemcached(), startMemcached()]);
  pool = createPool({ ring: createRing(servers.map(({ port }) => ({ host: '127.0.0.1', port }))) });
});
beforeEach(() => {
  tests++;
});
afterAll(async () => {
  await pool.close();
  await Promise.all(servers.map((server) => server.close()));
});

describeStore('createMemcacheStore()', ['value'], {
  open: () => createMemcacheStore({ pool, prefix: `t${tests}` }),
});
