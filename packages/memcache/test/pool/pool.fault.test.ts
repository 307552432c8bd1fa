import { createRing } from '@lockstep/hashring';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createPool, type MemcacheError, type MemcachePool, type Mutation, type PoolOptions } from '../../src/index.ts';
import { codeOf, fill, hammer, hammerKeys } from '../hammer.ts';

let servers: MemcachedServer[];
let pools: MemcachePool[];

beforeEach(async () => {
  pools = [];
  servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await Promise.all(servers.map((server) => server.close()));
});

function openPool(options: Partial<PoolOptions> = {}): MemcachePool {
  const ring = createRing(servers.map(({ host, port }) => ({ host, port })));
  const pool = createPool({ ring, timeoutMs: 300, connectTimeoutMs: 300, ...options });
  pools.push(pool);
  return pool;
}

const sets = (value: string): Mutation[] =>
  hammerKeys.map((key) => ({ kind: 'set', key: Buffer.from(key), value: Buffer.from(value), flags: 0, expiresAt: 0 }));

it('rejects deleteEverywhere with the outcome of each node when one of them is dead, and confirms it when it is back', async () => {
  const pool = openPool();
  await pool.deleteEverywhere('k');
  await servers[1]!.kill();
  const error = (await pool.deleteEverywhere('k').catch((reason: unknown) => reason)) as MemcacheError;
  expect(error.code).toBe('ERR_MEMCACHE_PARTIAL_DELETE');
  expect(error.outcomes.map(({ node, confirmed }) => [node.port, confirmed])).toEqual([
    [servers[0]!.port, true],
    [servers[1]!.port, false],
    [servers[2]!.port, true],
  ]);
  expect(codeOf(error.outcomes[1]!.error)).toMatch(/^ERR_MEMCACHE_(CONNECTION_LOST|NODE_DOWN)$/);
  expect(error.message).toContain(`1 of 3 nodes did not confirm (127.0.0.1:${servers[1]!.port}: `);
  await servers[1]!.restart();
  await expect.poll(() => pool.deleteEverywhere('k').catch(codeOf), { timeout: 10_000 }).toHaveLength(3);
});

it.each(['killed', 'frozen'] as const)(
  'confirms no batch while one node is %s, and the same batch when it is back',
  async (fault) => {
    const pool = openPool();
    await pool.applyBatch(sets('one'), { timeoutMs: 2000 });
    await (fault === 'killed' ? servers[2]!.kill() : servers[2]!.freeze());
    const error = (await pool
      .applyBatch(sets('two'), { timeoutMs: 300 })
      .catch((reason: unknown) => reason)) as MemcacheError;
    expect(error.code).toBe('ERR_MEMCACHE_PARTIAL_BATCH');
    expect(error.outcomes.filter(({ confirmed }) => !confirmed).map(({ node }) => node.port)).toEqual([
      servers[2]!.port,
    ]);
    await (fault === 'killed' ? servers[2]!.restart() : servers[2]!.thaw());
    await expect
      .poll(() => pool.applyBatch(sets('two'), { timeoutMs: 1000 }).then(() => 'confirmed', codeOf), {
        timeout: 10_000,
      })
      .toBe('confirmed');
    const items = await pool.getMany(hammerKeys);
    expect(new Set(items.map((item) => item?.value.toString()))).toEqual(new Set(['two']));
  },
);

it('rejects the reads of a dead node, or answers them as misses where it is told to', async () => {
  const throwing = openPool();
  const missing = openPool({ onNodeError: 'miss' });
  await Promise.all([throwing.applyBatch(sets('v'), { timeoutMs: 2000 }), missing.getMany(hammerKeys)]);
  await servers[0]!.kill();
  await expect(throwing.getMany(hammerKeys)).rejects.toThrow(/cannot be reached|failed|closed/);
  const items = await missing.getMany(hammerKeys);
  const misses = items.filter((item) => item === undefined).length;
  expect(misses).toBeGreaterThan(0);
  expect(misses).toBeLessThan(hammerKeys.length);
  const lost = hammerKeys[items.indexOf(undefined)]!;
  expect(await Promise.all([missing.get(lost), missing.gets(lost)])).toEqual([undefined, undefined]);
  await expect(missing.set(lost, 'x')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await expect(missing.get('a b')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
});

it('says which node is down, and still has the statistics of the others', async () => {
  const pool = openPool();
  await fill(pool);
  await servers[1]!.kill();
  await expect.poll(() => pool.nodes().map(({ up }) => up)).toEqual([true, false, true]);
  const stats = await pool.stats();
  expect(stats.map(({ stats: values }) => values !== undefined)).toEqual([true, false, true]);
  expect(codeOf(stats[1]!.error)).toBe('ERR_MEMCACHE_NODE_DOWN');
  await servers[1]!.restart();
  await expect.poll(() => pool.nodes().map(({ up }) => up), { timeout: 10_000 }).toEqual([true, true, true]);
});

it('reads on without a wrong value while nodes die and come back empty', async () => {
  const pool = openPool({ onNodeError: 'miss' });
  await fill(pool);
  let isDone = false;
  const traffic = hammer(pool, () => isDone, 8);
  for (const server of servers) {
    await server.kill();
    await expect.poll(() => pool.nodes().every(({ up }) => up), { timeout: 10_000 }).toBe(false);
    await server.restart();
    await expect.poll(() => pool.nodes().every(({ up }) => up), { timeout: 10_000 }).toBe(true);
  }
  isDone = true;
  const tally = await traffic;
  expect(tally.wrong).toEqual([]);
  expect([...tally.codes]).toEqual([]);
  expect(tally.hits).toBeGreaterThan(0);
  expect(tally.misses).toBeGreaterThan(0);
});
