import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import fastify, { type FastifyInstance, type FastifyServerOptions, type LightMyRequestResponse } from 'fastify';

import {
  type Backend,
  createBackend,
  memcacheHttp,
  type MemcacheHttpOptions,
  type ProxyWrite,
  rewriteCacheUrl,
} from '../../src/index.ts';

/** The HTTP face on real memcached servers. */
export interface CacheApp extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly backend: Backend;
  readonly pool: MemcachePool;
  /** What the hook heard. */
  readonly writes: ProxyWrite[];
  /** Sends a request to `/v1/cache/` and `path`. */
  send(method: Method, path: string, request?: Sent): Promise<LightMyRequestResponse>;
}

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface CacheAppOptions {
  readonly http?: Partial<MemcacheHttpOptions>;
  readonly server?: FastifyServerOptions;
  readonly nodeCount?: number;
  /** Called before the routes are added. */
  readonly prepare?: (app: FastifyInstance) => void;
}

/** Starts memcached, a pool, a backend and Fastify; call `listen` yourself where sockets are wanted. */
export async function startCacheApp(options: CacheAppOptions = {}): Promise<CacheApp> {
  const { nodeCount = 1, http = {}, server = {} } = options;
  const nodes = await Promise.all(Array.from({ length: nodeCount }, () => startMemcached()));
  const pool = createPool({ ring: createRing(nodes.map(({ host, port }) => ({ host, port }))) });
  const writes: ProxyWrite[] = [];
  const backend = createBackend({ pool, onWrite: async (write) => void writes.push(write) });
  const app = fastify({ routerOptions: { maxParamLength: 4096 }, rewriteUrl: rewriteCacheUrl, ...server });
  options.prepare?.(app);
  await app.register(memcacheHttp, { backend, ...http });
  return {
    app,
    backend,
    pool,
    writes,
    send: (method, path, { headers = {}, body } = {}) =>
      app.inject({ method, url: `/v1/cache/${path}`, headers, ...(body === undefined ? {} : { payload: body }) }),
    async [Symbol.asyncDispose]() {
      await app.close();
      await pool.close();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
