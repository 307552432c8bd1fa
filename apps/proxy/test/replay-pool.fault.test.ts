import { PoolSet } from '@lockstep/service-kit';
import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createReplayPool } from '../src/replay-pool.ts';

it('leaves a node that comes back what it has, and has nobody stand in for it', async () => {
  const servers = await Promise.all([startMemcached(), startMemcached()]);
  const nodes = servers.map(({ host, port, address }, index) => ({
    name: `n${index}`,
    address,
    host,
    port,
    weight: 1,
  }));
  const times = { timeoutMs: 200, connectTimeoutMs: 200 };
  const settings = { hash: 'ketama', nodes, failover: 'sequence', onReturn: 'flush', ...times } as const;
  await using pools = new PoolSet({ pool: settings }, { create: createReplayPool });
  const pool = pools.get('main');
  const keys = Array.from({ length: 100 }, (_, index) => `k${index}`).filter((each) => pool.ring.pick(each) === 0);
  const [key, other] = keys as [string, string];
  await pool.set(key, 'kept');
  await servers[0].freeze();
  const codeOf = (): Promise<unknown> => pool.set(other, 'x').catch((error: { code: unknown }) => error.code);
  await expect.poll(codeOf).toBe('ERR_MEMCACHE_NODE_DOWN');
  await servers[0].thaw();
  await expect.poll(() => pool.get(key).catch(() => 'away')).not.toBe('away');
  expect((await pool.get(key))?.value.toString()).toBe('kept');
  await Promise.all(servers.map((each) => each.close()));
});
