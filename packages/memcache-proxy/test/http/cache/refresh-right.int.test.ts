import { afterAll, beforeAll, expect, it } from 'vitest';

import { memcacheTemplates } from '../../../src/index.ts';
import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

/** Fresh for a minute, then stale for another one. */
const STALE_SECONDS = 60;
const SWR_FLAGS = 0xa006_0000;
const reader = { 'x-scope': 'read' };
let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp({
    // As the guards do: by the key that the client named.
    prepare: (app) => {
      app.decorateRequest('allowsKey', function (key: string | Buffer, access: string) {
        return access === 'read' || this.headers['x-scope'] !== 'read' || key.toString() === 'caf\u00E9';
      });
    },
  });
  const templates = [{ url: '/p/:page', key: 'page:{page}' }];
  await cache.app.register(memcacheTemplates, { backend: cache.backend, prefix: '/t', templates });
});
afterAll(() => cache[Symbol.asyncDispose]());

const read = async (url: string, headers: Record<string, string> = {}) => {
  const response = await cache.app.inject({ url, headers });
  return { state: response.headers['x-cache'], refresh: response.headers['x-cache-refresh'] };
};
const told = { state: 'stale', refresh: expect.stringMatching(/^"\d+"$/) as string };
const notTold = { state: 'stale', refresh: undefined };

it.each([
  ['/v1/cache/late', 'late'],
  ['/t/p/1', 'page:1'],
])('leaves the right to refresh a late value to those that may write it: %s', async (url, key) => {
  await cache.pool.set(key, 'v', { flags: SWR_FLAGS, ttlSeconds: STALE_SECONDS / 2 });
  expect(await read(url, reader)).toEqual(notTold);
  expect(await read(url, reader)).toEqual(notTold);
  expect(await read(url)).toEqual(told);
  expect(await read(url)).toEqual(notTold);
});

it('asks for the key as the client named it', async () => {
  await cache.app.inject({
    method: 'PUT',
    url: '/v1/cache/caf%C3%A9',
    payload: 'v',
    headers: { 'cache-control': 'max-age=0' },
  });
  await cache.pool.set('caf\u00E9', 'v', { flags: SWR_FLAGS, ttlSeconds: STALE_SECONDS / 2 });
  expect(await read('/v1/cache/caf%C3%A9', reader)).toEqual(told);
});

it('tells the one whose condition failed that it has taken the right to refresh', async () => {
  await cache.pool.set('k', 'old');
  await cache.pool.markStale('k', { ttlSeconds: 60 });
  const headers = { 'if-match': '"1-abc"' };
  const refused = await cache.app.inject({ method: 'PUT', url: '/v1/cache/k', payload: 'v', headers });
  expect([refused.statusCode, refused.headers['x-cache-refresh']]).toEqual([412, told.refresh]);
  expect(await read('/v1/cache/k')).toEqual(notTold);
  const tag = refused.headers['x-cache-refresh'] as string;
  const put = await cache.app.inject({ method: 'PUT', url: '/v1/cache/k', payload: 'v', headers: { 'if-match': tag } });
  expect(put.statusCode).toBe(204);
});

it('takes no right to refresh by a batch', async () => {
  await cache.pool.set('batch', 'old');
  await cache.pool.markStale('batch', { ttlSeconds: 60 });
  expect((await cache.app.inject('/v1/cache?keys=batch,other')).body).toContain('"value":"old"');
  expect(await read('/v1/cache/batch')).toEqual(told);
});
