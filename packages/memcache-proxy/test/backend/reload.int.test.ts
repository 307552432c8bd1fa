import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { type BackendPools, createBackend, type ProxyWrite } from '../../src/index.ts';

it('goes over to other pools and classes 200 times under load without a failed call, in order', async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  await using three = await startMemcached();
  const nodes = [one, two, three];
  /** Each time other nodes, other pools and another class. */
  const make = (round: number): { readonly pools: BackendPools; readonly opened: MemcachePool[] } => {
    const opened = [0, 1].map((offset) => {
      const own = nodes.filter((_, index) => index !== (round + offset) % 3);
      return createPool({ ring: createRing(own.map(({ host, port }) => ({ host, port }))), timeoutMs: 5000 });
    });
    const pools = opened.map((pool, index) => ({ name: `pool-${round}-${index}`, pool }));
    const classes = [{ prefix: `k${round % 4}`, pools, reads: 'miss-failover' as const }];
    return { pools: { pool: opened[0]!, classes }, opened };
  };
  const writes: ProxyWrite[] = [];
  let current = make(0);
  const backend = createBackend({ ...current.pools, onWrite: async (each) => void writes.push(each) });

  const load = { isOver: false };
  const written = new Map<string, number>();
  let reads = 0;
  async function write(key: string): Promise<void> {
    for (let count = 0; !load.isOver; count++) {
      await Promise.all([
        backend.set(key, Buffer.from(`${2 * count}`)),
        backend.set(key, Buffer.from(`${2 * count + 1}`)),
      ]);
      written.set(key, 2 * count + 2);
    }
  }
  async function read(key: string): Promise<void> {
    for (; !load.isOver; reads++) {
      await backend.get(key);
      const found = await backend.getMany([key, 'k2:other']);
      expect(found).not.toContainEqual(expect.any(Error));
    }
  }
  const keys = ['k0:a', 'k1:b', 'k2:c', 'k3:d', 'main'];
  const clients = [...keys.map(write), ...keys.map(read)];
  for (let round = 1; round <= 200; round++) {
    const next = make(round);
    await backend.reload(next.pools);
    // Nothing uses them any more: a call that did would fail now.
    await Promise.all(current.opened.map((pool) => pool.close()));
    current = next;
  }
  load.isOver = true;
  await Promise.all(clients);
  await Promise.all(current.opened.map((pool) => pool.close()));
  for (const key of keys) {
    const values = writes.flatMap((each) => (each.kind === 'set' && each.key.toString() === key ? [each.value] : []));
    const inOrder = Array.from({ length: written.get(key)! }, (_, index) => String(index));
    expect(values.map(String)).toEqual(inOrder);
  }
  expect(backend.stats()).toMatchObject({ failures: 0 });
  expect(reads).toBeGreaterThan(200);
});
