import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createBackend } from '../../../src/backend/create-backend.ts';
import { memcacheHttp } from '../../../src/http/cache/memcache-http.ts';
import { memcacheGuards } from '../../../src/http/guards/memcache-guards.ts';
import { memcacheTemplates } from '../../../src/http/templates/memcache-templates.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';
import { guarded } from './start-guarded.ts';

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const [READER, WRITER, BOTH, ADMIN] = [
  'reader-reader-reader',
  'writer-writer-writer',
  'both-both-both-both',
  'admin-admin-admin',
];
const tokens = [
  { name: 'reader', token: READER, scopes: ['read'] },
  { name: 'writer', token: WRITER, scopes: ['write'] },
  { name: 'both', token: BOTH, scopes: ['read', 'write'] },
  { name: 'admin', token: ADMIN, scopes: ['admin'] },
] as const;
let app: FastifyInstance;
let pool: MemoryPool;
beforeEach(async () => {
  pool = new MemoryPool();
  const backend = createBackend({ pool });
  app = fastify({ routerOptions: { maxParamLength: 1024 } });
  await app.register(memcacheGuards, { tokens });
  await app.register(memcacheHttp, { backend });
  await app.register(memcacheTemplates, { backend, prefix: '/t', templates: [{ url: '/p/:p', key: 'p:{p}' }] });
});
afterEach(() => app.close());

describe('a read that may put a placeholder under a key', () => {
  it.each(['/v1/cache/k?lease=30', '/v1/cache/k?refresh=5', '/t/p/1?lease=30'])(
    '(%s) takes both scopes',
    async (url) => {
      const statuses: number[] = [];
      for (const token of [READER, WRITER]) statuses.push((await app.inject({ url, headers: as(token) })).statusCode);
      expect([statuses, pool.readOptions]).toEqual([[403, 403], []]);
      expect((await app.inject({ url, headers: as(BOTH) })).statusCode).toBe(404);
      expect(pool.readOptions).toHaveLength(1);
    },
  );
});

describe('a batch', () => {
  const payload = '{"op":"set","key":"a","value":"v"}\n{"op":"get","key":"a"}\n';
  const post = (token: string) => {
    const headers = { ...as(token), 'content-type': 'application/x-ndjson' };
    return app.inject({ method: 'POST', url: '/v1/batch', headers, payload });
  };
  const statuses = (body: string): unknown[] =>
    body
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { status: string }).status);

  it('takes either scope, and each operation its own', async () => {
    expect(statuses((await post(WRITER)).body)).toEqual(['done', 'error']);
    expect(statuses((await post(READER)).body)).toEqual(['error', 'hit']);
    expect(statuses((await post(BOTH)).body)).toEqual(['done', 'hit']);
  });

  it('takes no token that has neither', async () => {
    expect((await post(ADMIN)).statusCode).toBe(403);
    expect((await app.inject({ method: 'POST', url: '/v1/batch' })).statusCode).toBe(401);
  });
});

it('counts a HEAD in the limit of the route of GET, unless it has one of its own', async () => {
  await app.close();
  const one = { max: 1, windowMs: 60_000 };
  app = await guarded({ limits: { perRoute: { 'GET /v1/cache/:key': one } } });
  const ask = async (method: 'GET' | 'HEAD'): Promise<number> =>
    (await app.inject({ method, url: '/v1/cache/k' })).statusCode;
  expect([await ask('HEAD'), await ask('HEAD'), await ask('GET')]).toEqual([200, 429, 429]);
  await app.close();
  app = await guarded({ limits: { perRoute: { 'GET /v1/cache/:key': one, 'HEAD /v1/cache/:key': one } } });
  expect([await ask('HEAD'), await ask('GET'), await ask('HEAD')]).toEqual([200, 200, 429]);
});
