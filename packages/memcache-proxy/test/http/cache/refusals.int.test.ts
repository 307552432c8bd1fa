import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { memcacheTemplates } from '../../../src/index.ts';
import { type CacheApp, type Method, type Sent, startCacheApp } from '../start-cache-app.ts';

let cache: CacheApp;
const LARGE = Buffer.alloc(2000, 'x');
beforeAll(async () => {
  cache = await startCacheApp({ http: { cacheControl: true, maxValueBytes: 1000 } });
  const templates = [
    { url: '/pages/:page', key: 'page:{page}', isWritable: true },
    { url: '/fixed/:page', key: 'page:{page}' },
  ];
  await cache.app.register(memcacheTemplates, {
    backend: cache.backend,
    templates,
    prefix: '/t',
    maxValueBytes: 1000,
  });
});
afterAll(() => cache[Symbol.asyncDispose]());
beforeEach(() => cache.pool.flushAll());

async function codeOf(method: Method, path: string, request: Sent = {}): Promise<[number, unknown]> {
  const response = await cache.send(method, path, request);
  return [response.statusCode, response.json<{ code?: string }>().code];
}

describe('an error in place of a value that may be cached', () => {
  it.each([
    ['a condition that is none', { 'if-none-match': 'nonsense' }, 400],
    ['a range outside of it', { range: 'bytes=9000-' }, 416],
    ['damage that inflating finds', { 'accept-encoding': 'identity' }, 502],
  ])('(%s) says nothing of how long to keep it, and has no tag', async (_name, headers, status) => {
    const headersOfPut = { 'content-encoding': 'gzip', 'content-type': 'text/plain' };
    const body = status === 502 ? gzipSync('a text').subarray(0, 20) : 'a text';
    const put = { body, ...(status === 502 ? { headers: headersOfPut } : {}) };
    expect((await cache.send('PUT', 'k?ttl=100', put)).statusCode).toBe(204);
    const response = await cache.send('GET', 'k', { headers: headers as unknown as Record<string, string> });
    expect(response.statusCode).toBe(status);
    expect(Object.keys(response.headers).filter((name) => ['cache-control', 'etag'].includes(name))).toEqual([]);
  });
});

describe('a value that is too large', () => {
  const tooLarge = [413, 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE', true];
  const sent = async (method: 'PUT' | 'POST', url: string): Promise<unknown[]> => {
    await cache.pool.set('page:1', 'old');
    const response = await cache.app.inject({ method, url, payload: LARGE });
    const { code, detail } = response.json<{ code: string; detail: string }>();
    return [response.statusCode, code, detail.includes('the old one is gone')];
  };

  it.each([
    ['PUT', '/v1/cache/page:1'],
    ['POST', '/v1/cache/page:1?mode=set'],
    ['PUT', '/t/pages/1'],
  ] as const)('takes the old one with it (%s %s)', async (method, url) => {
    expect(await sent(method, url)).toEqual(tooLarge);
    expect(await cache.pool.get('page:1')).toBeUndefined();
  });

  it.each([
    ['POST', '/v1/cache/page:1'],
    ['POST', '/v1/cache/page:1?mode=replace'],
    ['PUT', '/t/fixed/1'],
    ['PUT', '/t/nothing'],
  ] as const)('leaves the old one where nothing would be replaced for certain (%s %s)', async (method, url) => {
    expect(await sent(method, url)).toEqual([413, 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE', false]);
    expect((await cache.pool.get('page:1'))?.value.toString()).toBe('old');
  });
});

describe('a PUT', () => {
  it('with stale-while-revalidate but no lifetime is refused, and the header named', async () => {
    const headers = { 'cache-control': 'stale-while-revalidate=30' };
    expect(await codeOf('PUT', 'k', { headers, body: 'v' })).toEqual([400, 'ERR_MEMCACHE_PROXY_BAD_TTL']);
    const { detail } = (await cache.send('PUT', 'k', { headers, body: 'v' })).json<{ detail: string }>();
    expect(detail).toContain('stale-while-revalidate');
    expect((await cache.send('PUT', 'k?ttl=60', { headers, body: 'v' })).statusCode).toBe(204);
  });

  it('of a part of a value is refused, and the old one kept', async () => {
    await cache.pool.set('k', 'old');
    const headers = { 'content-range': 'bytes 0-0/3' };
    expect(await codeOf('PUT', 'k', { headers, body: 'n' })).toEqual([400, 'ERR_MEMCACHE_PROXY_BAD_PARAMETER']);
    expect((await cache.pool.get('k'))?.value.toString()).toBe('old');
  });
});

it('keeps a placeholder of a lease from add and from counting, and lets append and replace fill it', async () => {
  const lease = (key: string) => cache.send('GET', `${key}?lease=30`);
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(lease));
  expect(await codeOf('POST', 'a', { body: 'v' })).toEqual([409, 'ERR_MEMCACHE_PROXY_NOT_STORED']);
  expect((await cache.send('POST', 'b?mode=append', { body: 'v' })).statusCode).toBe(204);
  expect((await cache.send('POST', 'e?mode=replace', { body: 'w' })).statusCode).toBe(204);
  expect((await cache.pool.get('b'))?.value.toString()).toBe('v');
  expect((await cache.pool.get('e'))?.value.toString()).toBe('w');
  const patch = (body: object): Promise<[number, unknown]> => codeOf('PATCH', 'c', { body: JSON.stringify(body) });
  expect(await patch({ increment: 1, initial: 5 })).toEqual([409, 'ERR_MEMCACHE_PROXY_NOT_NUMERIC']);
  expect((await cache.send('PATCH', 'd', { body: JSON.stringify({ ttl: 60 }) })).statusCode).toBe(204);
});
