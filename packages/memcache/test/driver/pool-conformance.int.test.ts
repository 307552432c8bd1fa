import { createRing } from '@lockstep/hashring';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { driverConformance } from '../../src/conformance/driver-conformance.ts';
import { createPool, type MemcacheDriver, type MemcachePool } from '../../src/index.ts';

/** The pool as a driver: what it has under another name, and of the server's own calls those of its first node. */
function asDriver(pool: MemcachePool): MemcacheDriver {
  const ofFirstNode = async (): Promise<Map<string, string>> => (await pool.stats())[0]!.stats!;
  return new Proxy(pool as unknown as MemcacheDriver, {
    get(target, name) {
      if (name === 'batch') return pool.applyBatch.bind(pool);
      if (name === 'stats') return ofFirstNode;
      if (name === 'version') return async () => (await ofFirstNode()).get('version');
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}

describe('the pool as a driver', () => {
  let servers: MemcachedServer[];
  let pool: MemcachePool;

  beforeAll(async () => {
    servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
    pool = createPool({ ring: createRing(servers.map(({ host, port }) => ({ host, port }))) });
    await pool.stats();
  });

  afterAll(async () => {
    await pool.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  it.for(driverConformance.map((entry) => [entry.name, entry] as const))('%s', async ([, { needs, run }], { skip }) => {
    const missing = needs.filter((capability) => !pool.capabilities[capability]);
    skip(missing.length > 0, `lacks ${missing.join(', ')}`);
    await expect(run(asDriver(pool))).resolves.toBeUndefined();
  });
});
