import { createRing, type Ring } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';

import {
  type Backend,
  type BackendOptions,
  createBackend,
  createMemcacheServer,
  type MemcacheServer,
  type MemcacheServerOptions,
  type ProxyWrite,
} from '../src/index.ts';

/** A memcached face on a real pool, and everything behind it. */
export interface StartedProxy extends AsyncDisposable {
  readonly nodes: readonly MemcachedServer[];
  readonly ring: Ring;
  readonly pool: MemcachePool;
  readonly backend: Backend;
  readonly server: MemcacheServer;
  readonly port: number;
  /** What the hook heard. */
  readonly writes: ProxyWrite[];
}

export interface StartOptions {
  readonly nodeCount?: number;
  readonly timeoutMs?: number;
  /** Without a hook stores may go the direct way. @default true */
  readonly hasHook?: boolean;
  readonly backend?: Partial<BackendOptions>;
  readonly server?: Partial<MemcacheServerOptions>;
}

/** Starts real memcached servers, a pool over them and the memcached face. */
export async function startProxy(options: StartOptions = {}): Promise<StartedProxy> {
  const { nodeCount = 3, timeoutMs = 1000, hasHook = true } = options;
  const nodes = await Promise.all(Array.from({ length: nodeCount }, () => startMemcached()));
  const ring = createRing(nodes.map(({ host, port }) => ({ host, port })));
  const pool = createPool({ ring, timeoutMs });
  const writes: ProxyWrite[] = [];
  const onWrite = async (write: ProxyWrite): Promise<void> => void writes.push(write);
  const backend = createBackend({ pool, ...(hasHook ? { onWrite } : {}), ...options.backend });
  const server = createMemcacheServer({ backend, version: '1.6.18', ...options.server });
  const address = await server.listen({ port: 0 });
  return {
    nodes,
    ring,
    pool,
    backend,
    server,
    port: 'port' in address ? address.port : 0,
    writes,
    async [Symbol.asyncDispose]() {
      await server.close();
      await pool.close();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
