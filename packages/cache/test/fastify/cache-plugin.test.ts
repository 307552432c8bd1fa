import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';

import { cachePlugin } from '../../src/fastify/index.ts';
import { openCache } from '../open-cache.ts';

describe('cachePlugin', () => {
  it('gives the app its cache, says how it is, and closes it with the app', async () => {
    const open = await openCache();
    const app = fastify();
    await app.register(cachePlugin, { cache: open.cache, healthPath: '/health/cache' });
    const users = app.cache.define('user', { ttlMs: 1000, load: async (id: string) => id });
    app.get<{ Params: { id: string } }>('/user/:id', async ({ params }) => users.get(params.id));
    expect((await app.inject('/user/7')).body).toBe('7');
    const health = await app.inject('/health/cache');
    expect([health.statusCode, health.json()]).toEqual([
      200,
      { isServing: true, horizonAgeMs: 0, lagEntries: 0, lagMs: 0, outbox: 0, sharedTier: 'none', loading: 0 },
    ]);
    open.log.deafen();
    await open.clock.advance(5000);
    expect((await app.inject('/health/cache')).statusCode).toBe(503);
    await app.close();
    await expect(users.get('7')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });

  it('asks the log before the requests for which it should, and serves where that fails', async () => {
    const open = await openCache();
    const app = fastify();
    let syncs = 0;
    const cache = {
      ...open.cache,
      sync: async () => {
        if (++syncs === 2) throw new Error('down');
      },
    };
    await app.register(cachePlugin, { cache, syncOnRequest: ({ url }) => url !== '/plain', closeWithApp: false });
    app.get('/*', async () => 'ok');
    for (const url of ['/a', '/plain', '/b']) expect((await app.inject(url)).body).toBe('ok');
    expect(syncs).toBe(2);
    await app.close();
    expect(await open.cache.getOrSet('x', () => 1, { ttlMs: 1000 })).toBe(1);
    await open.cache.close();
  });

  it('refuses what is no cache', async () => {
    const app = fastify();
    await expect(app.register(cachePlugin, { cache: {} as never })).rejects.toThrow('must be a cache');
  });
});
