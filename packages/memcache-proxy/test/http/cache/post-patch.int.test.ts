import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp();
});
afterAll(() => cache[Symbol.asyncDispose]());

const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
  (await cache.send('POST', path, { body, headers })).statusCode;
const patch = async (key: string, body: unknown): Promise<[number, unknown]> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await cache.send('PATCH', key, { body: text });
  return [response.statusCode, response.body === '' ? undefined : response.json()];
};

describe('POST', () => {
  it('adds, unless ?mode= says otherwise', async () => {
    expect([await post('p', 'b'), await post('p', 'x'), await post('p?mode=append', 'c')]).toEqual([204, 409, 204]);
    expect([await post('p?mode=prepend', 'a'), await post('p?mode=set', 'abc!')]).toEqual([204, 204]);
    expect((await cache.send('GET', 'p')).body).toBe('abc!');
    expect([await post('p?mode=replace', 'r'), await post('none?mode=replace', 'r')]).toEqual([204, 404]);
    expect([await post('none?mode=append', 'r'), await post('none?mode=add&ttl=60', 'r')]).toEqual([404, 204]);
  });

  it('puts pieces together on both ends', async () => {
    await cache.send('PUT', 'join', { body: 'b', headers: { 'content-type': 'text/plain' } });
    await post('join?mode=append', 'c');
    await post('join?mode=prepend', 'a', { 'content-type': 'image/png' });
    const response = await cache.send('GET', 'join');
    expect([response.body, response.headers['content-type']]).toEqual(['abc', 'text/plain']);
  });

  it('refuses what it would have to pass over', async () => {
    expect(await post('p?mode=upsert', 'x')).toBe(400);
    expect(await post('p?mode=append&ttl=60', 'x')).toBe(400);
    expect(await post('p?mode=append', 'x', { 'content-encoding': 'gzip' })).toBe(415);
    expect(await post('p', 'x', { 'if-match': '*' })).toBe(400);
  });
});

describe('PATCH', () => {
  it('counts up and down, and stops at 0', async () => {
    await cache.send('PUT', 'n', { body: '5' });
    expect(await patch('n', { increment: 3 })).toEqual([200, { value: 8 }]);
    expect(await patch('n', { decrement: '10' })).toEqual([200, { value: 0 }]);
    expect(await patch('nowhere', { increment: 1 })).toMatchObject([404, { code: 'ERR_MEMCACHE_PROXY_NOT_FOUND' }]);
  });

  it('starts a counter with what is given', async () => {
    expect(await patch('new', { increment: 1, initial: 100, ttl: 60 })).toEqual([200, { value: 100 }]);
    expect(await patch('new', { increment: 1, initial: 100, ttl: 60 })).toEqual([200, { value: 101 }]);
    expect((await cache.pool.read('new')).ttlSeconds).toBeGreaterThan(50);
  });

  it('does not lose counts of clients that start one counter together', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => patch('together', { increment: 1, initial: 1 })));
    expect(all.map(([, body]) => (body as { value: number }).value).sort((left, right) => left - right)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('answers with a string where a number would not be exact', async () => {
    await cache.send('PUT', 'big', { body: '9007199254740991' });
    expect(await patch('big', { increment: 0 })).toEqual([200, { value: 9_007_199_254_740_991 }]);
    expect(await patch('big', { increment: '9223372036854775807' })).toEqual([200, { value: '9232379236109516798' }]);
  });

  it('sets the time to live', async () => {
    await cache.send('PUT', 'touch', { body: 'x' });
    expect(await patch('touch', { ttl: 1000 })).toEqual([204, undefined]);
    expect((await cache.pool.read('touch')).ttlSeconds).toBeGreaterThan(900);
    expect(await patch('nowhere', { ttl: 1000 })).toMatchObject([404, {}]);
  });

  it('answers 409 for a value that is no number', async () => {
    await cache.send('PUT', 'text', { body: 'abc' });
    expect(await patch('text', { increment: 1 })).toMatchObject([409, { code: 'ERR_MEMCACHE_PROXY_NOT_NUMERIC' }]);
  });

  it.each([
    ['', 'the body must be JSON'],
    ['[1]', 'the body must be JSON'],
    ['{}', 'the body must be JSON'],
    [{ increment: 1, decrement: 1 }, 'not both increment and decrement'],
    [{ increment: -1 }, 'increment must be a whole number from 0'],
    [{ increment: 1.5 }, 'increment must be a whole number'],
    [{ increment: 2 ** 53 }, 'as a string when above 9007199254740991'],
    [{ decrement: '18446744073709551616' }, 'decrement must be a whole number'],
    [{ increment: 1, initial: 'x' }, 'initial must be a whole number'],
    [{ increment: 1, ttl: 5 }, 'give "initial" too'],
    [{ increment: 1, by: 5 }, '"by" is unknown'],
    [{ ttl: 0 }, 'ttl must be a whole number of seconds from 1'],
  ])('refuses %j', async (body, detail) => {
    expect(await patch('refused', body)).toMatchObject([400, { detail: expect.stringContaining(detail) as string }]);
  });
});
