import { afterAll, beforeAll, expect, it } from 'vitest';

import { memcacheHttp } from '../../../src/index.ts';
import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp({
    prepare: (app) => {
      app.decorateRequest('allowsKey', (key: string | Buffer, access: string) => {
        return !(key.toString() === 'read only' && access === 'write') && key.toString() !== 'secret';
      });
    },
  });
});
afterAll(() => cache[Symbol.asyncDispose]());

it.each(['a%20b', '%FF%00%C3', '%0d%0aset%20x', 'x'.repeat(600), '%ff'.repeat(300), '~b', 'user:%7Eh'])(
  'holds a value under the key %s',
  async (path) => {
    expect((await cache.send('PUT', path, { body: path })).statusCode).toBe(204);
    expect((await cache.send('GET', path)).body).toBe(path);
    expect((await cache.send('GET', `${path}x`)).statusCode).toBe(404);
    expect((await cache.send('DELETE', path)).statusCode).toBe(204);
  },
);

it('takes hexadecimal digits large and small, and a percent-encoded letter, for the same key', async () => {
  await cache.send('PUT', '%c3%bc%61', { body: 'x' });
  expect((await cache.send('GET', '%C3%BCa')).body).toBe('x');
});

it('asks the guard by the key that the client named', async () => {
  for (const [method, path, status] of [
    ['GET', 'secret', 403],
    ['GET', 'read%20only', 404],
    ['PUT', 'read%20only', 403],
    ['PATCH', 'read%20only', 403],
    ['POST', 'read%20only', 403],
    ['DELETE', 'read%20only', 403],
  ] as const) {
    const { statusCode } = await cache.send(method, path);
    expect([method, path, statusCode]).toEqual([method, path, status]);
  }
});

it('refuses long keys when told to', async () => {
  await using strict = await startCacheApp({ http: { longKeys: 'refuse' } });
  const response = await strict.send('GET', 'x'.repeat(251));
  expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
    400,
    'a key must have at most 250 bytes, got 251',
  ]);
});

it.each([
  [{ maxValueBytes: 0 }, 'maxValueBytes must be a positive integer, got 0'],
  [{ longKeys: 'cut' as never }, 'longKeys must be "hash" or "refuse"'],
  [{ batch: { maxOps: -1 } }, 'batch.maxOps must be a positive integer, got -1'],
  [{ compression: { flagBits: { gzip: 0 } } }, 'compression.flagBits.gzip must be the mask'],
  [{ compression: { maxInflatedBytes: 0.5 } }, 'compression.maxInflatedBytes must be a positive integer'],
  [{ contentFlags: { types: { 1: 'a/b' } } }, 'a code must be from 48 to 63, got 1'],
])('does not register with %j', async (http, message) => {
  await expect(startCacheApp({ http })).rejects.toThrow(message);
});

it('keeps the host server able to answer its own routes below the same prefix', async () => {
  await using other = await startCacheApp({ prepare: (app) => void app.get('/v1/cache/-/health', () => 'fine') });
  expect((await other.send('GET', '-/health')).body).toBe('fine');
  expect(memcacheHttp).toBeTypeOf('function');
});
