import { systemClock } from '@lockstep/core';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createBackend, memcacheHttp, type ProxyWrite } from '../../src/index.ts';
import { MemoryPool, poolError } from '../backend/memory-pool.ts';

const NOW_SECONDS = 1_800_000_000;
const clock = { ...systemClock, now: () => NOW_SECONDS * 1000 };
const writes: ProxyWrite[] = [];
let pool: MemoryPool;
let app: FastifyInstance;

beforeEach(async () => {
  pool = new MemoryPool();
  writes.length = 0;
  app = fastify({ routerOptions: { maxParamLength: 750 } });
  const onWrite = async (write: ProxyWrite): Promise<void> => void writes.push(write);
  await app.register(memcacheHttp, { backend: createBackend({ pool, clock, onWrite }), clock, maxValueBytes: 1000 });
});
afterEach(() => app.close());

const put = (
  path: string,
  payload: Buffer | string,
  headers: Record<string, string> = {},
): Promise<{ statusCode: number; body: string }> =>
  app.inject({ method: 'PUT', url: `/v1/cache/${path}`, payload, headers });

describe('values', () => {
  it('gives back the bytes and flags that were put', async () => {
    const value = Buffer.from([0, 255, 13, 10, 128]);
    const headers = { 'content-type': 'application/json', 'x-cache-flags': '4294967295' };
    expect(await put('k', value, headers)).toMatchObject({ statusCode: 204, body: '' });
    const response = await app.inject('/v1/cache/k');
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload).toEqual(value);
    expect(response.headers['x-cache-flags']).toBe('4294967295');
  });

  it.each([{}, { 'content-type': 'text/plain' }])('takes a body with the headers %j', async (headers) => {
    expect(await put('k', 'x', headers)).toMatchObject({ statusCode: 204 });
    expect((await app.inject('/v1/cache/k')).body).toBe('x');
  });

  it('leaves it to Fastify to refuse a content type that is none', async () => {
    expect((await put('k', 'x', { 'content-type': 'not a media type' })).statusCode).toBe(415);
  });

  it('stores an empty body as an empty value', async () => {
    expect((await app.inject({ method: 'PUT', url: '/v1/cache/k' })).statusCode).toBe(204);
    const response = await app.inject('/v1/cache/k');
    expect(response).toMatchObject({ statusCode: 200, body: '' });
  });

  it('answers HEAD with the length and no body', async () => {
    await put('k', 'four');
    const response = await app.inject({ method: 'HEAD', url: '/v1/cache/k' });
    expect(response).toMatchObject({ statusCode: 200, body: '' });
    expect(response.headers['content-length']).toBe('4');
  });

  it('answers 404 for a miss, and a delete of nothing', async () => {
    const code = 'ERR_MEMCACHE_PROXY_NOT_FOUND';
    expect((await app.inject('/v1/cache/k')).json()).toMatchObject({ code });
    expect((await app.inject({ method: 'HEAD', url: '/v1/cache/k' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'DELETE', url: '/v1/cache/k' })).statusCode).toBe(404);
  });

  it('deletes', async () => {
    await put('k', 'x');
    expect((await app.inject({ method: 'DELETE', url: '/v1/cache/k' })).statusCode).toBe(204);
    expect(pool.items.size).toBe(0);
  });

  it('refuses a body that is too large with 413, and forgets the value that it was to replace', async () => {
    await put('k', 'old');
    const response = await put('k', Buffer.alloc(1001));
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE' });
    expect(pool.items.size).toBe(0);
    expect(writes.at(-1)).toEqual({ kind: 'delete', key: Buffer.from('k') });
  });

  it('answers 413 when memcached finds the value too large', async () => {
    pool.failure = poolError('ERR_MEMCACHE_VALUE_TOO_LARGE');
    expect((await put('k', 'x')).statusCode).toBe(413);
  });
});

describe('keys', () => {
  it.each([
    ['%E9%8D%B5%F0%9F%94%91', Buffer.from('鍵🔑')],
    ['a%2Fb%3Fc', Buffer.from('a/b?c')],
    ['%6b'.repeat(250), Buffer.alloc(250, 'k')],
  ])('takes the key %s', async (path, key) => {
    expect((await put(path, 'x')).statusCode).toBe(204);
    expect(writes[0]?.key).toEqual(key);
  });

  it.each([['', 'a key must have at least 1 byte, got 0']])('refuses the key %j', async (path, message) => {
    const response = await app.inject(`/v1/cache/${path}`);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: message,
      code: 'ERR_MEMCACHE_PROXY_BAD_KEY',
    });
  });

  it('refuses a key that is not UTF-8', async () => {
    expect((await app.inject('/v1/cache/%ff')).statusCode).toBe(400);
  });

  it('does not register on a server that has no route for long keys', async () => {
    const small = fastify();
    await expect(small.register(memcacheHttp, { backend: createBackend({ pool }) })).rejects.toMatchObject({
      code: 'ERR_MEMCACHE_PROXY_MAX_PARAM_LENGTH',
      message: expect.stringContaining('at least 750') as string,
    });
    await small.close();
  });
});

describe('the TTL', () => {
  it.each([
    ['k?ttl=60', {}, NOW_SECONDS + 60],
    ['k', { 'cache-control': 'public, max-age=30' }, NOW_SECONDS + 30],
    ['k?ttl=60', { 'cache-control': 'max-age=30' }, NOW_SECONDS + 60],
    ['k?ttl=2592001', {}, NOW_SECONDS + 2_592_001],
    ['k', { 'cache-control': 'no-transform' }, 0],
    ['k', {}, 0],
  ])('of %s with %j ends at %d', async (path, headers, expiresAt) => {
    expect((await put(path, 'x', headers)).statusCode).toBe(204);
    expect(writes).toMatchObject([{ kind: 'set', expiresAt }]);
  });

  it.each(['?ttl=0', '?ttl=-1', '?ttl=x', '?ttl=', '?ttl=1.5', '?ttl=1&ttl=2', '?ttl=4000000000'])(
    'refuses %s',
    async (query) => {
      const response = await put(`k${query}`, 'x');
      expect(response.statusCode).toBe(400);
      expect(JSON.parse(response.body)).toMatchObject({
        code: 'ERR_MEMCACHE_PROXY_BAD_TTL',
        detail: expect.stringContaining('?ttl must be a whole number of seconds') as string,
      });
      expect(pool.calls).toEqual([]);
    },
  );

  it('names Cache-Control when that is what is wrong', async () => {
    const response = await put('k', 'x', { 'cache-control': 'max-age=soon' });
    expect(response.body).toContain('Cache-Control: max-age must be a whole number of seconds');
  });

  it.each(['-1', '4294967296', '1.5', 'x', ''])('refuses the flags %j', async (flags) => {
    const response = await put('k', 'x', { 'x-cache-flags': flags });
    expect(response.statusCode).toBe(400);
    expect(response.body).toContain('ERR_MEMCACHE_PROXY_BAD_FLAGS');
  });
});

describe('when memcached or the hook fails', () => {
  it('answers 503 with the code for reads and writes', async () => {
    pool.failure = poolError('ERR_MEMCACHE_NODE_DOWN');
    const get = await app.inject('/v1/cache/k');
    expect(get.statusCode).toBe(503);
    expect(get.json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_READ_FAILED' });
    const response = await put('k', 'x');
    expect(response.statusCode).toBe(503);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN' });
  });
});

describe('the host server', () => {
  it('keeps its own parsers, error handler and 404', async () => {
    const host = fastify({ routerOptions: { maxParamLength: 750 } });
    host.setErrorHandler((error: Error, _request, reply) => reply.code(418).send({ host: error.message }));
    await host.register(memcacheHttp, { backend: createBackend({ pool }), prefix: '/c' });
    host.post('/json', (request) => ({ got: request.body }));
    host.get('/fails', () => Promise.reject(new Error('mine')));
    expect((await host.inject({ method: 'POST', url: '/json', payload: { a: 1 } })).json()).toEqual({ got: { a: 1 } });
    expect((await host.inject('/fails')).json()).toEqual({ host: 'mine' });
    expect((await host.inject({ method: 'PUT', url: '/c/k', payload: { a: 1 } })).statusCode).toBe(204);
    expect((await host.inject('/c/k')).body).toBe('{"a":1}');
    await host.close();
  });
});
