import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

let cache: CacheApp;
beforeAll(async () => {
  cache = await startCacheApp({ http: { cacheControl: true } });
});
afterAll(() => cache[Symbol.asyncDispose]());

const read = async (path: string, headers: Record<string, string> = {}) => {
  const response = await cache.send('GET', path, { headers });
  const {
    'x-cache': state,
    'x-cache-refresh': refresh,
    'retry-after': retry,
    'cache-control': control,
  } = response.headers;
  return { status: response.statusCode, body: response.body, state, refresh: refresh as string, retry, control };
};

describe('a value that is marked as stale', () => {
  it('is served while one client, told by x-cache-refresh, replaces it', async () => {
    await cache.send('PUT', 'k', { body: 'old' });
    expect((await cache.send('DELETE', 'k?stale=60')).statusCode).toBe(204);
    const [first, second] = [await read('k'), await read('k')];
    expect(first).toMatchObject({
      status: 200,
      body: 'old',
      state: 'stale',
      refresh: expect.stringMatching(/^"\d+"$/) as string,
    });
    expect(second).toMatchObject({ status: 200, body: 'old', state: 'stale', refresh: undefined });
    const put = await cache.send('PUT', 'k', { body: 'new', headers: { 'if-match': first.refresh } });
    expect(put.statusCode).toBe(204);
    expect(await read('k')).toMatchObject({ body: 'new', state: undefined, refresh: undefined });
  });

  it('cannot be replaced by a client that was told before it was marked again', async () => {
    await cache.send('PUT', 'again', { body: 'old' });
    await cache.send('DELETE', 'again?stale=60');
    const { refresh } = await read('again');
    await cache.send('DELETE', 'again?stale=60');
    const put = await cache.send('PUT', 'again', { body: 'late', headers: { 'if-match': refresh } });
    expect(put.statusCode).toBe(412);
    expect(await read('again')).toMatchObject({ body: 'old', state: 'stale' });
  });

  it('is a miss for a client that says no-cache, which is told all the same', async () => {
    await cache.send('PUT', 'strict', { body: 'old' });
    await cache.send('DELETE', 'strict?stale=60');
    const headers = { 'cache-control': 'no-cache' };
    expect(await read('strict', headers)).toMatchObject({ status: 404, refresh: expect.any(String) as string });
    expect(await read('strict', headers)).toMatchObject({ status: 404, retry: '1' });
  });

  it('must be there, and the mark must have a time', async () => {
    expect((await cache.send('DELETE', 'none?stale=60')).statusCode).toBe(404);
    for (const query of ['stale=', 'stale=x', 'stale=0', 'stale=1&stale=2']) {
      expect((await cache.send('DELETE', `none?${query}`)).statusCode).toBe(400);
    }
    const headers = { 'if-match': '"1"' };
    expect((await cache.send('DELETE', 'none?stale=60', { headers })).statusCode).toBe(400);
  });
});

describe('a miss', () => {
  it('with ?lease= gives one client the right to store, and has the others wait', async () => {
    const [first, second] = [await read('lease?lease=30'), await read('lease?lease=30')];
    expect(first).toMatchObject({ status: 404, refresh: expect.stringMatching(/^"\d+"$/) as string, retry: undefined });
    expect(second).toMatchObject({ status: 404, refresh: undefined, retry: '1' });
    expect(await read('lease')).toMatchObject({ status: 404, retry: '1' });
    const headers = { 'if-match': first.refresh };
    expect((await cache.send('PUT', 'lease', { body: 'v', headers })).statusCode).toBe(204);
    expect(await read('lease?lease=30')).toMatchObject({ status: 200, body: 'v', refresh: undefined });
  });

  it('tells just one of many clients that come together', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => read('herd?lease=30')));
    expect(all.filter(({ refresh }) => refresh !== undefined)).toHaveLength(1);
  });

  it('refuses a lease that is no time', async () => {
    for (const query of ['lease=0', 'lease=', 'lease=3601', 'refresh=x', 'lease=1&lease=2']) {
      expect((await read(`k?${query}`)).status).toBe(400);
    }
  });
});

describe('Cache-Control: stale-while-revalidate', () => {
  it('keeps the value for the stale time after max-age, and tells one client to refresh it then', async () => {
    const headers = { 'cache-control': 'max-age=1, stale-while-revalidate=60' };
    await cache.send('PUT', 'swr', { body: 'v', headers });
    const { ttlSeconds } = await cache.pool.read('swr');
    expect(ttlSeconds).toBeGreaterThanOrEqual(60);
    await expect.poll(async () => (await read('swr')).state, { timeout: 5000, interval: 50 }).toBe('stale');
    const all = await Promise.all(Array.from({ length: 10 }, () => read('swr')));
    // The poll was the first to see it, and so is the one that was told.
    expect(all.filter(({ refresh }) => refresh !== undefined)).toHaveLength(0);
    expect(all[0]).toMatchObject({ status: 200, body: 'v', state: 'stale' });
    expect(all[0]?.control).toMatch(/^max-age=0, stale-while-revalidate=(60|59|58)$/);
  });

  it('tells just one', async () => {
    await cache.pool.set('late', 'v', { flags: 0xa006_0000, ttlSeconds: 30 });
    const all = await Promise.all(Array.from({ length: 20 }, () => read('late')));
    expect(all.filter(({ refresh }) => refresh !== undefined)).toHaveLength(1);
    expect(all.every(({ state, body }) => state === 'stale' && body === 'v')).toBe(true);
  });

  it('says for how long a hit is fresh', async () => {
    await cache.send('PUT', 'fresh', {
      body: 'v',
      headers: { 'cache-control': 'max-age=600, stale-while-revalidate=45' },
    });
    expect((await read('fresh')).control).toMatch(/^max-age=(600|599), stale-while-revalidate=30$/);
    await cache.send('PUT', 'ttl?ttl=60', { body: 'v' });
    expect((await read('ttl')).control).toMatch(/^max-age=(60|59)$/);
    await cache.send('PUT', 'ever', { body: 'v' });
    expect((await read('ever')).control).toBeUndefined();
  });

  it('with ?refresh= tells one client early', async () => {
    await cache.send('PUT', 'early?ttl=20', { body: 'v' });
    const [first, second] = [await read('early?refresh=30'), await read('early?refresh=30')];
    expect([first.refresh === undefined, second.refresh === undefined]).toEqual([false, true]);
    expect(first.state).toBeUndefined();
  });
});
