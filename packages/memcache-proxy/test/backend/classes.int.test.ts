import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type Backend, type BackendClass, createBackend, type ProxyWrite } from '../../src/index.ts';

type Server = Awaited<ReturnType<typeof startMemcached>>;

let servers: Server[];
let pools: MemcachePool[];
let backend: Backend;
const writes: ProxyWrite[] = [];
const bytes = (text: string): Buffer => Buffer.from(text);

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: 3 }, () => startMemcached()));
  pools = servers.map(({ host, port }) => createPool({ ring: createRing([{ host, port }]), timeoutMs: 300 }));
  const [main, a, b] = pools as [MemcachePool, MemcachePool, MemcachePool];
  const both = [
    { name: 'a', pool: a },
    { name: 'b', pool: b },
  ];
  const classes: BackendClass[] = [
    { prefix: 'all:', pools: both, reads: 'miss-failover', minTtlSeconds: 10, maxTtlSeconds: 100 },
    { prefix: 'fast:', pools: both, reads: 'fastest', writes: 'first-success' },
    { prefix: 'shadowed:', shadow: b },
  ];
  backend = createBackend({ pool: main, classes, onWrite: async (write) => void writes.push(write) });
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await Promise.all(servers.map((server) => server.close()));
});

/** What each pool holds under a key, as text. */
async function held(key: string): Promise<(string | undefined)[]> {
  const items = await Promise.all(pools.map((pool) => pool.get(key)));
  return items.map((item) => item?.value.toString());
}

describe('a class of two pools', () => {
  it('keeps them alike through every kind of write', async () => {
    const key = 'all:k';
    await backend.set(key, bytes('1'));
    expect(await held(key)).toEqual([undefined, '1', '1']);
    const { cas } = (await backend.gets(key))!;
    await expect(backend.cas(key, bytes('2'), cas!)).resolves.toBe('stored');
    await expect(backend.cas(key, bytes('3'), cas!)).resolves.toBe('exists');
    await expect(backend.replace(key, bytes('4'))).resolves.toBe('stored');
    expect(await held(key)).toEqual([undefined, '4', '4']);
    await expect(backend.incr(key, 6n)).resolves.toBe(10n);
    await expect(backend.append(key, bytes('0'))).resolves.toBe('stored');
    expect(await held(key)).toEqual([undefined, '100', undefined]);
    await expect(backend.delete(key)).resolves.toBe(true);
    expect(await held(key)).toEqual([undefined, undefined, undefined]);
  });

  it('gives values a time to live within its bounds, by every way in', async () => {
    const ttlOf = async (key: string): Promise<number[]> => {
      const found = await Promise.all(pools.slice(1).map((pool) => pool.read(key)));
      return found.map(({ ttlSeconds }) => ttlSeconds);
    };
    await backend.set('all:endless', bytes('v'));
    await backend.set('all:short', bytes('v'), { ttlSeconds: 1 });
    await backend.meta({ command: 'ms', key: 'all:meta', flags: [], value: bytes('v') });
    await backend.meta({ command: 'mg', key: 'all:short', flags: ['T5000'] });
    expect(await ttlOf('all:endless')).toEqual([100, 100]);
    expect(await ttlOf('all:short')).toEqual([100, 100]);
    expect(await ttlOf('all:meta')).toEqual([100, 100]);
  });

  it('carries out meta commands on the first pool, and has the other one follow', async () => {
    const key = 'all:meta';
    const ask = (command: 'ms' | 'md' | 'ma' | 'mg', flags: string[], value?: Buffer): Promise<unknown> =>
      backend.meta({ command, key, flags, ...(value === undefined ? {} : { value }) });
    await expect(ask('ms', ['F7'], bytes('1'))).resolves.toMatchObject({ status: 'HD' });
    expect(await held(key)).toEqual([undefined, '1', '1']);
    await expect(pools[2]!.get(key)).resolves.toMatchObject({ flags: 7 });
    await expect(ask('ma', [])).resolves.toMatchObject({ status: 'HD' });
    expect(await held(key)).toEqual([undefined, '2', undefined]);
    await ask('ms', [], bytes('3'));
    await expect(ask('md', [])).resolves.toMatchObject({ status: 'HD' });
    expect(await held(key)).toEqual([undefined, undefined, undefined]);
    await expect(ask('mg', ['v'])).resolves.toMatchObject({ status: 'EN' });
  });

  it('reads from the other pool while one is down, and answers writes by policy', async () => {
    await backend.set('all:down', bytes('v'));
    await backend.set('fast:down', bytes('v'));
    await vi.waitFor(async () => expect(await held('fast:down')).toEqual([undefined, 'v', 'v']));
    await servers[1]!.kill();
    try {
      await expect(backend.get('all:down')).resolves.toMatchObject({ value: bytes('v') });
      await expect(backend.getMany(['fast:down', 'all:none'])).resolves.toMatchObject([
        { value: bytes('v') },
        undefined,
      ]);
      await expect(backend.set('fast:down', bytes('w'))).resolves.toBeUndefined();
      await expect(backend.get('fast:down')).resolves.toMatchObject({ value: bytes('w') });
      await expect(backend.set('all:down', bytes('w'))).rejects.toMatchObject({
        code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN',
        message: expect.stringContaining('1 of 2 pools failed (a: ') as string,
      });
      expect(writes.slice(-2).map(({ kind }) => kind)).toEqual(['set', 'delete']);
    } finally {
      await servers[1]!.restart();
    }
    await vi.waitFor(() => expect(backend.set('all:down', bytes('v'))).resolves.toBeUndefined(), { timeout: 15_000 });
  });
});

it('copies the calls of a class to its shadow', async () => {
  await backend.set('shadowed:k', bytes('v'));
  await vi.waitFor(async () => expect(await held('shadowed:k')).toEqual(['v', undefined, 'v']));
  await backend.delete('shadowed:k');
  await vi.waitFor(async () => expect(await held('shadowed:k')).toEqual([undefined, undefined, undefined]));
});

it('empties every pool', async () => {
  await Promise.all([backend.set('all:flushed', bytes('v')), backend.set('flushed', bytes('v'))]);
  await backend.flushAll();
  await expect(backend.getMany(['all:flushed', 'flushed'])).resolves.toEqual([undefined, undefined]);
});
