import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { KeyTemplates, memcacheTemplates, type TemplateReader } from '../../../src/index.ts';
import { type RawAnswer, sendRaw } from '../cache/raw-client.ts';
import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

const templates = new KeyTemplates([
  { url: '/coupons?city=:city', key: 'coupons:{city}', params: { city: { lowercase: true, maxLength: 1000 } } },
  { url: '/pages/:page', key: 'page:{page}', isWritable: true, ttlSeconds: 100 },
  { url: '/read/:x', key: 'read:{x}', readerParams: ['part'] },
]);
let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp();
  cache.app.decorateRequest('allowsKey', (key: string | Buffer) => key !== 'page:secret' && key !== 'read:secret');
  const reader: TemplateReader = async ({ key }, request, reply) => {
    const { part } = request.query as { part?: string };
    if (part === 'broken') throw new Error('of the reader');
    reply.send(`${key} ${part}`);
  };
  await cache.app.register(memcacheTemplates, {
    backend: cache.backend,
    templates,
    prefix: '/t',
    readerOf: ({ readerParams }) => (readerParams === undefined ? undefined : reader),
  });
  cache.app.get('/t/health', () => 'fine');
});
afterAll(() => cache[Symbol.asyncDispose]());

it('answers reads by the key that the template makes', async () => {
  await cache.pool.set('coupons:berlin', 'ten percent');
  const response = await cache.app.inject('/t/coupons?city=BERLIN&utm=1');
  expect([response.statusCode, response.body]).toEqual([200, 'ten percent']);
  const head = await cache.app.inject({ method: 'HEAD', url: '/t/coupons?city=BERLIN' });
  expect(head.headers).toMatchObject({ 'content-length': '11', etag: response.headers['etag'] });
  const headers = { 'if-none-match': response.headers['etag'] as string };
  expect((await cache.app.inject({ url: '/t/coupons?city=berlin', headers })).statusCode).toBe(304);
});

it('leaves reads of a template to its reader, and writes to nobody', async () => {
  await cache.pool.set('read:1', 'of the pool');
  const response = await cache.app.inject('/t/read/1?part=2');
  expect([response.statusCode, response.body]).toEqual([200, 'read:1 2']);
  expect((await cache.app.inject('/t/read/secret')).statusCode).toBe(403);
  const broken = await cache.app.inject('/t/read/1?part=broken');
  expect([broken.statusCode, broken.json<{ code: string }>().code]).toEqual([500, 'ERR_INTERNAL']);
  expect((await cache.app.inject({ method: 'PUT', url: '/t/read/1', payload: 'p' })).statusCode).toBe(405);
});

it('names the parameter that is missing', async () => {
  const response = await cache.app.inject('/t/coupons');
  expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
    400,
    'the parameter "city" is missing',
  ]);
});

it('writes where the template says so, with its time to live unless told otherwise', async () => {
  const put = (url: string) => cache.app.inject({ method: 'PUT', url, payload: 'p' });
  expect((await put('/t/pages/1')).statusCode).toBe(204);
  expect((await put('/t/pages/2?ttl=10')).statusCode).toBe(204);
  const [first, second] = [await cache.pool.read('page:1'), await cache.pool.read('page:2')];
  expect([first.ttlSeconds > 90, second.ttlSeconds <= 10]).toEqual([true, true]);
  expect((await cache.app.inject({ method: 'DELETE', url: '/t/pages/1' })).statusCode).toBe(204);
  expect((await cache.app.inject({ method: 'DELETE', url: '/t/pages/1' })).statusCode).toBe(404);
});

it('refuses writes where it does not', async () => {
  for (const method of ['PUT', 'DELETE'] as const) {
    const response = await cache.app.inject({ method, url: '/t/coupons?city=x' });
    expect([response.statusCode, response.headers['allow']]).toEqual([405, 'GET, HEAD']);
  }
});

it('takes a request line with an absolute URL as one with a path', async () => {
  await cache.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = cache.app.server.address() as AddressInfo;
  await cache.pool.set('coupons:rome', 'absolute');
  await cache.pool.set('page:7', 'written');
  const ask = (line: string): Promise<RawAnswer> =>
    sendRaw(port, `${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect((await ask('GET http://proxy.test/t/coupons?city=rome')).text).toContain('absolute');
  expect((await ask('DELETE https://proxy.test:8080/t/pages/7')).statuses).toEqual([204]);
  expect((await ask('GET http://proxy.test/t/pages/secret')).statuses).toEqual([403]);
});

it('leaves other URLs to the host', async () => {
  expect((await cache.app.inject('/t/health')).body).toBe('fine');
  expect((await cache.app.inject('/t/nothing')).statusCode).toBe(404);
  expect((await cache.app.inject({ method: 'PUT', url: '/t/nothing' })).statusCode).toBe(404);
  expect((await cache.app.inject({ method: 'DELETE', url: '/t/nothing' })).statusCode).toBe(404);
});

it('asks the guard by the key, and hashes what is too long', async () => {
  expect((await cache.app.inject('/t/pages/secret')).statusCode).toBe(403);
  await cache.app.inject({ method: 'PUT', url: `/v1/cache/coupons:${'x'.repeat(400)}`, payload: 'long' });
  expect((await cache.app.inject(`/t/coupons?city=${'X'.repeat(400)}`)).body).toBe('long');
});

it('serves new templates while requests are under way, and every answer is of the old or the new', async () => {
  const changing = new KeyTemplates([{ url: '/live', key: 'live:0' }]);
  await using live = await startCacheApp();
  await live.app.register(memcacheTemplates, { backend: live.backend, templates: changing });
  for (let round = 0; round < 50; round++) {
    await live.pool.set(`live:${round + 1}`, String(round + 1));
    const before = live.app.inject('/live');
    changing.replace([{ url: '/live', key: `live:${round + 1}` }]);
    expect((await live.app.inject('/live')).body).toBe(String(round + 1));
    expect([200, 404]).toContain((await before).statusCode);
  }
});
