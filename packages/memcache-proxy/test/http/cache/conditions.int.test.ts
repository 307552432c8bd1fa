import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp();
});
afterAll(() => cache[Symbol.asyncDispose]());

async function etagOf(key: string): Promise<string> {
  return (await cache.send('GET', key)).headers['etag'] as string;
}

describe('content types and flags', () => {
  it('gives back the type that was put, and flags by which others see a plain string', async () => {
    await cache.send('PUT', 'json', { body: '{}', headers: { 'content-type': 'application/json' } });
    const { headers } = await cache.send('GET', 'json');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-cache-flags': String(0xa080_0000) });
    expect((await cache.pool.get('json'))?.flags).toBe(0xa080_0000);
  });

  it('answers octets for types without a code and for values of other clients', async () => {
    await cache.send('PUT', 'odd', { body: 'x', headers: { 'content-type': 'application/vnd.odd' } });
    await cache.pool.set('foreign', 'x', { flags: 16 });
    for (const key of ['odd', 'foreign']) {
      expect((await cache.send('GET', key)).headers['content-type']).toBe('application/octet-stream');
    }
  });

  it('stores the flags that are given instead', async () => {
    const headers = { 'content-type': 'application/json', 'x-cache-flags': '5' };
    await cache.send('PUT', 'flags', { body: '1', headers });
    expect((await cache.pool.get('flags'))?.flags).toBe(5);
  });

  it('leaves flags alone when told to', async () => {
    await using plain = await startCacheApp({ http: { contentFlags: false } });
    await plain.send('PUT', 'k', { body: '1', headers: { 'content-type': 'text/html' } });
    expect((await plain.pool.get('k'))?.flags).toBe(0);
    await plain.pool.set('k', '1', { flags: 0xa080_0000 });
    expect((await plain.send('GET', 'k')).headers['content-type']).toBe('application/octet-stream');
  });
});

describe('reads with If-None-Match', () => {
  it.each(['%', 'W/%', '"0", %', '*'])('are answered 304 for %s', async (pattern) => {
    await cache.send('PUT', 'cond', { body: 'x' });
    const etag = await etagOf('cond');
    for (const method of ['GET', 'HEAD'] as const) {
      const response = await cache.send(method, 'cond', { headers: { 'if-none-match': pattern.replace('%', etag) } });
      expect([response.statusCode, response.headers['etag'], response.body]).toEqual([304, etag, '']);
      expect(response.headers).not.toHaveProperty('content-type');
    }
  });

  it('are answered in full for other versions, 404 for a miss and 400 for what is no tag', async () => {
    await cache.send('PUT', 'cond', { body: 'x' });
    const status = async (key: string, tag: string): Promise<number> =>
      (await cache.send('GET', key, { headers: { 'if-none-match': tag } })).statusCode;
    expect([await status('cond', '"999999999"'), await status('none', '*'), await status('cond', '1')]).toEqual([
      200, 404, 400,
    ]);
  });
});

describe('writes', () => {
  it('with If-Match replace just that version', async () => {
    await cache.send('PUT', 'cas', { body: 'one' });
    const etag = await etagOf('cas');
    const put = (tag: string, body: string) => cache.send('PUT', 'cas', { body, headers: { 'if-match': tag } });
    expect((await put(`W/${etag}`, 'weak')).statusCode).toBe(412);
    expect((await put(`"999999999", ${etag}`, 'two')).statusCode).toBe(204);
    const late = await put(etag, 'three');
    expect([late.statusCode, late.json<{ code: string }>().code]).toEqual([
      412,
      'ERR_MEMCACHE_PROXY_PRECONDITION_FAILED',
    ]);
    expect((await cache.send('GET', 'cas')).body).toBe('two');
    expect((await cache.send('PUT', 'nothing', { body: 'x', headers: { 'if-match': etag } })).statusCode).toBe(412);
  });

  it('with If-Match are not deceived by a CAS value that came again with another value', async () => {
    await cache.send('PUT', 'reborn', { body: 'one' });
    const etag = await etagOf('reborn');
    const other = etag.replace(/-[\da-f]+/, '-0');
    expect((await cache.send('PUT', 'reborn', { body: 'x', headers: { 'if-match': other } })).statusCode).toBe(412);
    expect((await cache.send('GET', 'reborn', { headers: { 'if-none-match': other } })).statusCode).toBe(200);
    expect((await cache.send('DELETE', 'reborn', { headers: { 'if-match': other } })).statusCode).toBe(412);
  });

  it('with If-Match are refused also when the other version has the same bytes', async () => {
    await cache.send('PUT', 'same', { body: 'x' });
    const etag = await etagOf('same');
    await cache.send('PUT', 'same', { body: 'x' });
    expect((await cache.send('PUT', 'same', { body: 'y', headers: { 'if-match': etag } })).statusCode).toBe(412);
  });

  it('with If-None-Match: * create, with If-Match: * replace', async () => {
    const put = async (name: string): Promise<number> =>
      (await cache.send('PUT', 'star', { body: name, headers: { [name]: '*' } })).statusCode;
    expect([await put('if-match'), await put('if-none-match')]).toEqual([412, 204]);
    expect([await put('if-none-match'), await put('if-match')]).toEqual([412, 204]);
    expect((await cache.send('GET', 'star')).body).toBe('if-match');
  });

  it('with a condition that says nothing are refused', async () => {
    for (const headers of [
      { 'if-none-match': '"999999999"' },
      { 'if-none-match': '*', 'if-match': '*' },
      { 'if-match': 'x' },
    ]) {
      const response = await cache.send('PUT', 'refused', { body: 'x', headers });
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([
        400,
        'ERR_MEMCACHE_PROXY_BAD_CONDITION',
      ]);
    }
    expect((await cache.send('GET', 'refused')).statusCode).toBe(404);
  });

  it('are refused by PATCH and POST, which have none', async () => {
    await cache.send('PUT', 'count', { body: '1' });
    for (const [method, body] of [
      ['PATCH', '{"increment":1}'],
      ['POST', '2'],
    ] as const) {
      for (const name of ['if-match', 'if-none-match']) {
        const response = await cache.send(method, 'count', { body, headers: { [name]: '*' } });
        expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([
          400,
          'ERR_MEMCACHE_PROXY_BAD_CONDITION',
        ]);
      }
    }
    expect((await cache.send('GET', 'count')).body).toBe('1');
  });

  it('delete just the version of If-Match, and the hook hears of a delete', async () => {
    await cache.send('PUT', 'del', { body: 'x' });
    const etag = await etagOf('del');
    const remove = async (tag: string): Promise<number> =>
      (await cache.send('DELETE', 'del', { headers: { 'if-match': tag } })).statusCode;
    expect([await remove('"999999999"'), await remove(etag), await remove(etag), await remove('*')]).toEqual([
      412, 204, 412, 412,
    ]);
    expect((await cache.send('GET', 'del')).statusCode).toBe(404);
    expect(cache.writes.filter(({ key }) => key.toString() === 'del').map(({ kind }) => kind)).toContain('delete');
  });

  it('are not lost when many clients write one key by If-Match', async () => {
    await cache.send('PUT', 'race', { body: '0' });
    async function increment(): Promise<void> {
      for (;;) {
        const read = await cache.send('GET', 'race');
        const headers = { 'if-match': read.headers['etag'] as string };
        const { statusCode } = await cache.send('PUT', 'race', { body: String(Number(read.body) + 1), headers });
        if (statusCode === 204) return;
      }
    }
    await Promise.all(Array.from({ length: 8 }, () => increment().then(increment)));
    expect((await cache.send('GET', 'race')).body).toBe('16');
  });
});

describe('ranges', () => {
  it('give a part, with what is needed to put parts together', async () => {
    await cache.send('PUT', 'range', { body: '0123456789' });
    const response = await cache.send('GET', 'range', { headers: { range: 'bytes=2-4' } });
    expect([response.statusCode, response.body, response.headers['content-range']]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    const etag = await etagOf('range');
    for (const [ifRange, status] of [
      [etag, 206],
      ['"999999999"', 200],
      [`W/${etag}`, 200],
    ] as const) {
      const headers = { range: 'bytes=0-0', 'if-range': ifRange };
      expect((await cache.send('GET', 'range', { headers })).statusCode).toBe(status);
    }
  });

  it('that no byte is in are answered 416', async () => {
    await cache.send('PUT', 'range', { body: '0123456789' });
    const response = await cache.send('GET', 'range', { headers: { range: 'bytes=10-' } });
    expect([response.statusCode, response.headers['content-range']]).toEqual([416, 'bytes */10']);
    expect(response.json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_RANGE' });
    expect((await cache.send('HEAD', 'range', { headers: { range: 'bytes=10-' } })).statusCode).toBe(200);
  });
});

it('has no tag for a value that came from another pool of the class', async () => {
  await using other = await startCacheApp();
  await other.pool.set('k', 'v');
  await other.backend.reload({
    pool: cache.pool,
    classes: [
      {
        prefix: 'k',
        pools: [
          { name: 'a', pool: cache.pool },
          { name: 'b', pool: other.pool },
        ],
        reads: 'miss-failover',
      },
    ],
  });
  const response = await other.send('GET', 'k', { headers: { 'if-none-match': '"0"' } });
  expect([response.statusCode, response.body, response.headers['etag']]).toEqual([200, 'v', undefined]);
});
