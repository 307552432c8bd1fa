import { createRing, type Ring } from '@lockstep/hashring';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { expect } from 'vitest';

import { createPool, type MemcachePool, type PoolEvent, type PoolOptions } from '../../src/index.ts';

/** Real servers under pools that a test makes, with what the pools told. */
export interface PoolLab extends AsyncDisposable {
  readonly servers: readonly MemcachedServer[];
  readonly ring: Ring;
  readonly events: PoolEvent[];
  open(options?: Partial<PoolOptions>): MemcachePool;
  /** A key that the node with that index owns. */
  keyOf(index: number, name?: string): string;
  /** Calls `touch` until the pool has told an event of that type. */
  until(type: PoolEvent['type'], touch?: () => Promise<unknown>): Promise<void>;
}

export async function startPoolLab(count = 3): Promise<PoolLab> {
  const servers = await Promise.all(Array.from({ length: count }, () => startMemcached()));
  const ring = createRing(servers.map(({ host, port }) => ({ host, port })));
  const pools: MemcachePool[] = [];
  const events: PoolEvent[] = [];
  return {
    servers,
    ring,
    events,
    open(options = {}) {
      const onEvent = (event: PoolEvent): void => void events.push(event);
      const pool = createPool({ ring, timeoutMs: 100, connectTimeoutMs: 200, onEvent, ...options });
      pools.push(pool);
      return pool;
    },
    keyOf(index, name = 'key') {
      for (let number = 0; ; number++) if (ring.pick(`${name}-${number}`) === index) return `${name}-${number}`;
    },
    async until(type, touch = async () => {}) {
      const seen = events.length;
      const happened = async (): Promise<boolean> => {
        await touch().catch(() => {});
        return events.slice(seen).some((event) => event.type === type);
      };
      await expect.poll(happened, { timeout: 15_000, interval: 20 }).toBe(true);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pools.map((pool) => pool.close()));
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** What a read found, as text. */
export async function textOf(read: Promise<{ readonly value?: Buffer } | undefined>): Promise<string | undefined> {
  return (await read)?.value?.toString();
}
