import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { FastLaneAnswer } from '../../../src/index.ts';
import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

const laned: FastLaneAnswer[] = [];
let cache: CacheApp;
let origin: string;
beforeAll(async () => {
  cache = await startCacheApp({ http: { fastLane: { onAnswer: (answer) => void laned.push(answer) } } });
  origin = await cache.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => cache[Symbol.asyncDispose]());
beforeEach(() => void laned.splice(0));

/** Asks on a connection of its own: one that has sent anything else is not in the fast lane any more. */
async function ask(key: string, headers: Record<string, string> = {}) {
  const agent = new Agent({ keepAlive: true });
  const [response] = (await once(get(`${origin}/v1/cache/${key}`, { agent, headers }), 'response')) as [
    IncomingMessage,
  ];
  const body = await text(response);
  agent.destroy();
  const { etag, 'x-cache': state, 'x-cache-refresh': refresh } = response.headers;
  return { status: response.statusCode, body, etag, state, refresh: refresh as string | undefined };
}

describe('what the fast lane finds in memcached', () => {
  it('is answered there to a client that nobody here wrote, found or not', async () => {
    await cache.pool.set('k', 'value');
    const [hit, miss] = [await ask('k'), await ask('none')];
    expect([hit.status, hit.body, miss.status]).toEqual([200, 'value', 404]);
    expect(laned.map(({ route, status }) => [route, status])).toEqual([
      ['/v1/cache/:key', 200],
      ['/v1/cache/:key', 404],
    ]);
    expect(laned.every(({ durationMs }) => durationMs > 0 && durationMs < 10_000)).toBe(true);
    // The tag is good for a condition, which the route looks at.
    expect((await ask('k', { 'if-none-match': hit.etag! })).status).toBe(304);
  });

  it('is answered to a client that pipelines more than the lane holds', async () => {
    const count = 600;
    const key = 'k'.repeat(250);
    await cache.pool.set(key, 'v');
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    let answers = 0;
    socket.on('data', (part: string) => (answers += part.split('HTTP/1.1 200 OK').length - 1));
    socket.write(`GET /v1/cache/${key} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(count));
    await expect.poll(() => laned.length, { timeout: 20_000 }).toBe(count);
    await expect.poll(() => answers).toBe(count);
    socket.destroy();
  });

  it('keeps the one right to refresh a marked value for the route', async () => {
    await cache.pool.set('marked', 'old');
    await cache.backend.markStale('marked', { ttlSeconds: 60 });
    const [first, second] = [await ask('marked'), await ask('marked')];
    expect(first).toMatchObject({ status: 200, state: 'stale', body: 'old', refresh: expect.any(String) as string });
    expect(second).toMatchObject({ status: 200, state: 'stale', body: 'old', refresh: undefined });
    const put = await cache.send('PUT', 'marked', { body: 'new', headers: { 'if-match': first.refresh! } });
    expect(put.statusCode).toBe(204);
    expect(laned).toEqual([]);
    expect(await ask('marked')).toMatchObject({ body: 'new', state: undefined });
    expect(laned).toHaveLength(1);
  });

  it('leaves a value in its stale time to the route', async () => {
    const headers = { 'cache-control': 'max-age=5, stale-while-revalidate=5', 'content-type': 'text/plain' };
    await cache.send('PUT', 'fresh', { body: 'f', headers });
    await cache.send('PUT', 'late', { body: 'l', headers });
    await cache.pool.touch('late', 3);
    expect(await ask('fresh')).toMatchObject({ body: 'f', state: undefined });
    expect(laned).toHaveLength(1);
    expect(await ask('late')).toMatchObject({ body: 'l', state: 'stale', refresh: expect.any(String) as string });
    expect(laned).toHaveLength(1);
  });

  it('is inflated by the route where the client wants it so', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain' };
    await cache.send('PUT', 'zipped', { body: gzipSync('long text'), headers });
    expect(await ask('zipped', { 'accept-encoding': 'identity' })).toMatchObject({ status: 200, body: 'long text' });
    expect(laned).toEqual([]);
  });

  it('counts each read once, whoever answers it', async () => {
    await cache.pool.set('counted', 'v');
    await cache.pool.set('marked-too', 'v');
    await cache.backend.markStale('marked-too', { ttlSeconds: 60 });
    const before = cache.backend.stats();
    for (const key of ['counted', 'marked-too', 'missing']) await ask(key);
    const { hits, misses, failures } = cache.backend.stats();
    expect([hits - before.hits, misses - before.misses, failures - before.failures]).toEqual([2, 1, 0]);
  });
});
