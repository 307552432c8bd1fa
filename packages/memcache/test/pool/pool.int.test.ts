import { createRing } from '@lockstep/hashring';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMetaDriver, createPool, type MemcachePool, type Mutation } from '../../src/index.ts';

let servers: MemcachedServer[];
let pool: MemcachePool;

beforeAll(async () => {
  servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  pool = createPool({ ring: createRing(servers.map(({ host, port }) => ({ host, port }))) });
});

afterAll(async () => {
  await pool.close();
  await Promise.all(servers.map((server) => server.close()));
});

const keys = Array.from({ length: 200 }, (_, index) => `pool-${index}`);

async function holders(key: string): Promise<number> {
  const found = await Promise.all(
    servers.map(async (server) => {
      await using driver = createMetaDriver(server);
      return (await driver.get(key)) !== undefined;
    }),
  );
  return found.filter(Boolean).length;
}

describe('a pool of three servers', () => {
  it('keeps each key on one node, and spreads the keys over all of them', async () => {
    await Promise.all(keys.map((key) => pool.set(key, key)));
    expect(await holders('pool-0')).toBe(1);
    const counts = (await pool.stats()).map(({ stats }) => Number(stats?.get('curr_items')));
    expect(counts.every((count) => count > 10)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(keys.length);
  });

  it('reads many keys over all nodes in their order', async () => {
    await Promise.all(keys.map((key) => pool.set(key, key)));
    const wanted = ['pool-none', ...keys.toReversed(), 'pool-7', 'pool-none'];
    const items = await pool.getMany(wanted);
    expect(items.map((item) => item?.value.toString())).toEqual(
      wanted.map((key) => (key === 'pool-none' ? undefined : key)),
    );
  });

  it('does on a key what a driver does', async () => {
    expect(pool.capabilities).toMatchObject({ flags: true, cas: true, multiGet: true, counters: true });
    expect(await pool.add('k', '1', { flags: 4 })).toBe('stored');
    expect(await pool.replace('k', '2')).toBe('stored');
    const item = await pool.gets('k');
    expect(await pool.cas('k', '3', item!.cas!)).toBe('stored');
    expect(await pool.incr('k', 4n)).toBe(7n);
    expect(await pool.decr('k', 2n)).toBe(5n);
    expect(await pool.touch('k', 60)).toBe(true);
    expect((await pool.get('k'))?.value.toString()).toBe('5');
    expect(await pool.delete('k')).toBe(true);
  });

  it('deletes everywhere what an earlier ring left on other nodes', async () => {
    await Promise.all(
      servers.map(async (server) => {
        await using driver = createMetaDriver(server);
        await driver.set('left-over', 'x');
      }),
    );
    expect(await holders('left-over')).toBe(3);
    const outcomes = await pool.deleteEverywhere('left-over');
    expect(outcomes.map(({ node, confirmed }) => [node.port, confirmed])).toEqual(
      servers.map(({ port }) => [port, true]),
    );
    expect(await holders('left-over')).toBe(0);
  });

  it('applies a batch on the nodes that own its keys', async () => {
    await pool.set('pool-1', 'old');
    const mutations = keys.map((key, index): Mutation =>
      index % 3 === 0
        ? { kind: 'delete', key: Buffer.from(key) }
        : { kind: 'set', key: Buffer.from(key), value: Buffer.from(`new-${key}`), flags: index, expiresAt: 0 },
    );
    await pool.applyBatch(mutations, { timeoutMs: 5000 });
    const items = await pool.getMany(keys);
    expect(items.map((item) => item?.value.toString())).toEqual(
      keys.map((key, index) => (index % 3 === 0 ? undefined : `new-${key}`)),
    );
    expect(items[7]?.flags).toBe(7);
    await pool.applyBatch([], { timeoutMs: 5000 });
  });

  it('refuses a batch with a bad key before it writes any of it', async () => {
    await pool.delete('pool-2');
    const mutations = keys.map((key): Mutation => ({
      kind: 'set',
      key: Buffer.from(key === 'pool-199' ? 'a b' : key),
      value: Buffer.from('never'),
      flags: 0,
      expiresAt: 0,
    }));
    await expect(pool.applyBatch(mutations)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
    await expect(pool.deleteEverywhere('a b')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
    expect(await pool.get('pool-2')).toBeUndefined();
  });

  const none = undefined as unknown as string;
  it.each<[string, () => Promise<unknown>]>([
    ['get', () => pool.get(none)],
    ['gets', () => pool.gets(none)],
    ['read', () => pool.read(none)],
    ['getMany', () => pool.getMany(['k', none])],
    ['set', () => pool.set(none, 'v')],
    ['cas', () => pool.cas(none, 'v', 1n)],
    ['delete', () => pool.delete(none)],
    ['touch', () => pool.touch(none, 1)],
    ['incr', () => pool.incr(none, 1n)],
    ['deleteEverywhere', () => pool.deleteEverywhere(none)],
  ])('rejects %s of what is no key, as a driver does, and does not throw', async (_, call) => {
    const outcome = call();
    await expect(outcome).rejects.toBeInstanceOf(Error);
  });

  it('drops everything on every node', async () => {
    await Promise.all(keys.map((key) => pool.set(key, key)));
    await pool.flushAll();
    expect(await pool.getMany(keys)).toEqual(keys.map(() => undefined));
  });
});

it('closes its drivers, twice without harm', async () => {
  const closing = createPool({ ring: createRing(servers.map(({ host, port }) => ({ host, port }))) });
  await closing.set('k', 'v');
  await closing.close();
  await closing.close();
  await expect(closing.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CLOSED');
});

it('reaches a node by its unix socket when the host is a path', async () => {
  await using server = await startMemcached({ unixSocket: true });
  await using single = createPool({ ring: createRing([{ host: server.socketPath! }]) });
  await single.set('k', 'v');
  expect((await single.get('k'))?.value.toString()).toBe('v');
});
