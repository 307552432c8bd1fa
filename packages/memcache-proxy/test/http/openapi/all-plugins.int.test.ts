import { createHash } from 'node:crypto';

import { expect, it } from 'vitest';

import { memcacheGuards, memcacheNodes, memcacheOpenapi, memcacheStream } from '../../../src/index.ts';
import { startCacheApp } from '../start-cache-app.ts';

it('describes the routes of the other plugins where they are registered', async () => {
  const routes = new Set<string>();
  await using cache = await startCacheApp({
    prepare: (app) => {
      app.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) routes.add(`${one.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
      });
      void app.register(memcacheGuards, {});
    },
  });
  const { app, backend } = cache;
  await app.register(memcacheNodes, { backend });
  await app.register(memcacheStream, { queues: { nodes: [{ host: '127.0.0.1', port: 1 }] } });
  await app.register(memcacheOpenapi);
  const { paths } = (await app.inject('/v1/openapi.json')).json<{ paths: Record<string, object> }>();
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((name) => name !== 'parameters')
      .map((method) => `${method} ${path}`),
  );
  // Fastify adds HEAD to routes of GET by itself.
  const withoutHead = [...routes].filter((name) => !name.startsWith('head ') || described.includes(name));
  expect(described.sort()).toEqual(withoutHead.sort());
});

it('lets a token that may read post batches that read, and no others', async () => {
  const sha256 = createHash('sha256').update('t').digest('hex');
  await using cache = await startCacheApp({
    prepare: (app) =>
      void app.register(memcacheGuards, {
        tokens: [{ name: 'reader', sha256, scopes: ['read'], prefixes: ['mine:'] }],
      }),
  });
  const ops = ['{"op":"get","key":"mine:1"}', '{"op":"set","key":"mine:1","value":"v"}', '{"op":"get","key":"other"}'];
  const headers = { authorization: 'Bearer t', 'content-type': 'application/x-ndjson' };
  const response = await cache.app.inject({ method: 'POST', url: '/v1/batch', headers, payload: ops.join('\n') });
  const statuses = response.body
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { status: string }).status);
  expect(statuses).toEqual(['miss', 'error', 'error']);
  const get = (url: string) => cache.app.inject({ url, headers: { authorization: 'Bearer t' } });
  expect((await get('/v1/cache/mine:%20')).statusCode).toBe(404);
  expect((await get('/v1/cache/other')).statusCode).toBe(403);
  expect((await get('/v1/cache?keys=mine:1')).statusCode).toBe(200);
  expect((await cache.app.inject('/v1/cache/mine:1')).statusCode).toBe(401);
});
