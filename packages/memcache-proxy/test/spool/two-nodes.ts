import { createRing, type Ring } from '@lockstep/hashring';
import { createPool, type MemcachePool, type PoolOptions } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterEach, beforeEach } from 'vitest';

import { createPoolDeletes, type DeleteTarget } from '../../src/index.ts';
import { type SpoolLab, startSpoolLab } from './spool-lab.ts';

/** A spool's surroundings and two real memcached, which each test gets anew. */
export class TwoNodes {
  lab!: SpoolLab;
  servers!: MemcachedServer[];
  ring!: Ring;
  #pools: MemcachePool[] = [];

  /** A pool over both, closed after the test. */
  openPool(options: Partial<PoolOptions> = {}): MemcachePool {
    const pool = createPool({ ring: this.ring, timeoutMs: 200, connectTimeoutMs: 200, ...options });
    this.#pools.push(pool);
    return pool;
  }

  /** A key that the node with that index owns. */
  keyOf(index: number, name: string): string {
    for (let number = 0; ; number++) if (this.ring.pick(`${name}-${number}`) === index) return `${name}-${number}`;
  }

  async start(): Promise<void> {
    this.lab = await startSpoolLab();
    this.servers = await Promise.all([startMemcached(), startMemcached()]);
    this.ring = createRing(this.servers.map(({ host, port }) => ({ host, port })));
    this.#pools = [];
  }

  async stop(): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
    await Promise.all(this.#pools.map((pool) => pool.close()));
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** Starts two nodes for each test of a file. */
export function setUpTwoNodes(): TwoNodes {
  const nodes = new TwoNodes();
  beforeEach(() => nodes.start());
  afterEach(() => nodes.stop());
  return nodes;
}

/** Deletes that the spool carries out on this pool, by the name `main`. */
export function deletesOf(pool: MemcachePool): DeleteTarget {
  return createPoolDeletes((name) => (name === 'main' ? pool : undefined));
}
