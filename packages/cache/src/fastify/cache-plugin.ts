import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

import type { Cache, CacheHealth } from '../cache.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The cache of this app. */
    readonly cache: Cache;
  }
}

/** What the plugin does with a cache. */
export interface CachePluginOptions {
  readonly cache: Cache;
  /** Whether the cache is closed with the app. @default true */
  readonly closeWithApp?: boolean;
  /**
   * Asks the log once before each request, or before those for which it says so, where the process may have been
   * suspended in between. A failure of it does not fail the request: what the cache may not serve then, it does not
   * serve. @default false
   */
  readonly syncOnRequest?: boolean | ((request: FastifyRequest) => boolean);
  /** How long a request waits for that, in milliseconds. @default 500 */
  readonly syncTimeoutMs?: number;
  /** The path of a route that says how the cache is: 200 while it serves, 503 while it does not. @default none */
  readonly healthPath?: string;
}

/** What the health route answers with. */
export interface CacheHealthBody extends Omit<CacheHealth, 'horizonAgeMs'> {
  /** Null where it never heard the log. */
  readonly horizonAgeMs: number | null;
}

const plugin: FastifyPluginAsync<CachePluginOptions> = async (app: FastifyInstance, options: CachePluginOptions) => {
  const { cache, closeWithApp = true, syncOnRequest = false, syncTimeoutMs = 500, healthPath } = options;
  if (typeof cache?.define !== 'function') throw new TypeError('the option cache must be a cache');
  app.decorate('cache', cache);
  if (closeWithApp) app.addHook('onClose', () => cache.close());
  if (syncOnRequest !== false) {
    app.addHook('onRequest', async (request) => {
      if (syncOnRequest !== true && !syncOnRequest(request)) return;
      await cache.sync({ signal: AbortSignal.timeout(syncTimeoutMs) }).catch((error: unknown) => {
        request.log.warn({ err: error }, 'the cache could not ask its log');
      });
    });
  }
  if (healthPath !== undefined) {
    app.get(healthPath, async (_request, reply) => {
      const health = cache.health();
      const horizonAgeMs = Number.isFinite(health.horizonAgeMs) ? Math.round(health.horizonAgeMs) : null;
      void reply.code(health.isServing ? 200 : 503);
      return { ...health, horizonAgeMs } satisfies CacheHealthBody;
    });
  }
};

/** Gives a Fastify app its cache as `app.cache`. Register it before what uses the cache. */
export const cachePlugin: FastifyPluginAsync<CachePluginOptions> = fastifyPlugin(plugin, {
  name: '@lockstep/cache',
  fastify: '5.x',
});
