import { createRing, type Ring } from '@lockstep/hashring';
import { createPool, type MemcachePool, type PoolOptions } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createBackend, createPoolDeletes, type DeleteTarget } from '../../src/index.ts';
import { listed, type SpoolLab, startSpoolLab } from './spool-lab.ts';

let lab: SpoolLab;
let servers: MemcachedServer[];
let ring: Ring;
let pools: MemcachePool[];

beforeEach(async () => {
  lab = await startSpoolLab();
  servers = await Promise.all([startMemcached(), startMemcached()]);
  ring = createRing(servers.map(({ host, port }) => ({ host, port })));
  pools = [];
});

afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  await Promise.all(pools.map((pool) => pool.close()));
  await Promise.all(servers.map((server) => server.close()));
});

function openPool(options: Partial<PoolOptions> = {}): MemcachePool {
  const pool = createPool({ ring, timeoutMs: 200, connectTimeoutMs: 200, ...options });
  pools.push(pool);
  return pool;
}

function deletesOf(pool: MemcachePool): DeleteTarget {
  return createPoolDeletes((name) => (name === 'main' ? pool : undefined));
}

/** A key that the node with that index owns. */
function keyOf(index: number, name: string): string {
  for (let number = 0; ; number++) if (ring.pick(`${name}-${number}`) === index) return `${name}-${number}`;
}

it.each(['none', 'sequence'] as const)(
  'deletes, after a node was frozen, what it still has, also when the process that failed is gone (failover %s)',
  async (failover) => {
    const [key, other] = [keyOf(0, 'stale'), keyOf(1, 'other')];
    const failing = openPool({ failover, onReturn: 'keep' });
    const writer = createBackend({ pool: failing, spool: lab.open() });
    await writer.set(key, Buffer.from('old'));
    await writer.set(other, Buffer.from('old'));
    await servers[0]!.freeze();
    await expect(writer.delete(key)).resolves.toBe(true);
    // Another process, which knows nothing of the failure but what is in the spool.
    await failing.close();
    const replayed = openPool({ failover, onReturn: 'keep' });
    const replayer = lab.open({ target: deletesOf(replayed) });
    replayer.start();
    await expect.poll(() => replayer.stats().waitingNodes).toBe(1);
    expect(await listed(replayer)).toEqual([`redis main ${key}`]);
    expect((await replayed.get(other))?.value.toString()).toBe('old');
    await servers[0]!.thaw();
    await expect.poll(() => replayer.stats().replayed).toBe(1);
    await using direct = createPool({ ring });
    await expect.poll(() => direct.get(key)).toBeUndefined();
    expect(await listed(replayer)).toEqual([]);
  },
);

it('deletes on the node that owns the key now', async () => {
  const key = keyOf(0, 'moved');
  await using direct = createPool({ ring: ring.without(0) });
  await direct.set(key, 'old');
  const pool = openPool();
  await pool.set(key, 'old');
  const spool = lab.open({ target: deletesOf(pool) });
  await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now() });
  await servers[0]!.kill();
  expect(await spool.replay()).toMatchObject({ left: 1 });
  await pool.reload(ring.without(0));
  expect(await spool.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await direct.get(key)).toBeUndefined();
});

it('has the pool drop, before the node serves again, what was tried while it was down', async () => {
  const key = keyOf(0, 'tried');
  const pool = openPool();
  await pool.set(key, 'old');
  await servers[0]!.freeze();
  await expect.poll(() => pool.get(key).catch(() => pool.nodes()[0]!.up)).toBe(false);
  const target = deletesOf(pool);
  const { signal } = new AbortController();
  expect(await target.apply('main', [Buffer.from(key)], { signal })).toMatchObject([{ confirmed: false }]);
  await servers[0]!.thaw();
  await expect.poll(() => pool.get(key).catch(() => 'down')).toBeUndefined();
});

it('deletes on the node that stands in for the owner too, and owes the owner as before', async () => {
  const key = keyOf(0, 'away');
  const pool = openPool({ failover: 'sequence' });
  await pool.set(key, 'old');
  await servers[0]!.freeze();
  const served = async (): Promise<string | undefined> => {
    await pool.set(key, 'on the other').catch(() => {});
    return (await pool.get(key).catch(() => undefined))?.value.toString();
  };
  await expect.poll(served).toBe('on the other');
  const spool = lab.open({ target: deletesOf(pool) });
  await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now() });
  expect(await spool.replay()).toEqual({ deletes: 0, entries: 0, left: 1 });
  expect(await pool.get(key)).toBeUndefined();
});

it('replays nothing of a pool that is no more, and says which', () => {
  const target = createPoolDeletes(() => undefined);
  expect(() => target.nodeOf!('old', Buffer.from('k'))).toThrow('there is no pool "old" any more');
});
