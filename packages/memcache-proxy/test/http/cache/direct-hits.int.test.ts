import { deflateSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

const seen = { onSend: 0, onResponse: 0 };
let direct: CacheApp;
let usual: CacheApp;
let origins: string[];
beforeAll(async () => {
  direct = await startCacheApp({
    http: { directHits: true, compression: { flagBits: { zlib: 0x8 } } },
    prepare(app) {
      app.addHook('onRequest', async (request, reply) => {
        const { 'x-cookie': cookie } = request.headers;
        if (cookie !== undefined) reply.header('set-cookie', cookie);
      });
      app.addHook('onSend', async () => void seen.onSend++);
      app.addHook('onResponse', async () => void seen.onResponse++);
    },
  });
  usual = await startCacheApp({ http: { compression: { flagBits: { zlib: 0x8 } } } });
  for (const { pool } of [direct, usual]) {
    await pool.set('plain', 'value');
    await pool.set('empty', '');
    await pool.set('json', '{}', { flags: 0xa080_0000 });
    await pool.set('foreign', 'x', { flags: 5 });
    await pool.set('zlib', deflateSync('inflated'), { flags: 8 });
  }
  origins = await Promise.all([direct, usual].map(({ app }) => app.listen({ port: 0, host: '127.0.0.1' })));
});
afterAll(async () => {
  await direct[Symbol.asyncDispose]();
  await usual[Symbol.asyncDispose]();
});

async function ask(index: number, path: string, init: RequestInit = {}) {
  const response = await fetch(`${origins[index]}/v1/cache/${path}`, init);
  const { date: _date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

describe('hits that are written past the reply', () => {
  it.each<[string, RequestInit]>([
    ['plain', {}],
    ['empty', {}],
    ['json', {}],
    ['foreign', {}],
    ['zlib', {}],
    ['nothing', {}],
    ['plain', { method: 'HEAD' }],
    ['plain', { headers: { range: 'bytes=1-2' } }],
    ['plain', { headers: { 'if-none-match': '*' } }],
    ['plain', { headers: { 'if-none-match': 'no tag' } }],
  ])('are answered as all others: %s %j', async (path, init) => {
    expect(await ask(0, path, init)).toEqual(await ask(1, path, init));
  });

  it('are not seen by onSend, and are seen by onResponse', async () => {
    const before = { ...seen };
    await ask(0, 'plain');
    await expect.poll(() => seen.onResponse).toBe(before.onResponse + 1);
    expect(seen.onSend).toBe(before.onSend);
    await ask(0, 'plain', { method: 'HEAD' });
    expect(seen.onSend).toBe(before.onSend + 1);
  });

  it('go the usual way with headers that a hook has set', async () => {
    const before = seen.onSend;
    const { headers, body } = await ask(0, 'plain', { headers: { 'x-cookie': 'a=b' } });
    expect([headers['set-cookie'], body, seen.onSend]).toEqual(['a=b', 'value', before + 1]);
  });

  it('go the usual way while the server does not listen', async () => {
    await using idle = await startCacheApp({
      http: { directHits: true },
      prepare: (app) => app.addHook('onSend', async (_request, reply) => void reply.header('x-seen', 'yes')),
    });
    await idle.pool.set('plain', 'value');
    expect((await idle.send('GET', 'plain')).headers['x-seen']).toBe('yes');
  });
});
