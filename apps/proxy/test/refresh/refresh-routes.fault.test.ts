import { connectRedis, createLogger } from '@lockstep/service-kit';
import { type Content, createRedisStore, createRedisSwitches, type EntryStore } from '@lockstep/refresh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ProxyProcess, startProxyProcess } from '../fixtures/proxy-process.ts';

const sources = (ttlMs: number): string => `    refresh:
      http: 127.0.0.1:3
      waitMs: 2000
      sources:
        coupons: { load: { module: ./x.mjs }, shape: hash, ttlMs: ${ttlMs}, staleForMs: 7000 }
        prices: { load: { module: ./x.mjs }, shape: zset, score: price, ttlMs: 60000 }
        names: { load: { module: ./x.mjs }, shape: list, ttlMs: 60000 }
        shops: { load: { module: ./x.mjs }, ttlMs: 60000 }
        rates: { load: { module: ./x.mjs }, ttlMs: 60000 }`;
const routes = `      templates:
        - { url: "/coupons?city=:city", key: "coupons:{city}", refresh: coupons, unknownParams: refuse }
        - { url: "/prices", key: prices, refresh: prices }
        - { url: "/names", key: names, refresh: names }
        - { url: "/both/:a/:b", key: "rates:of:{a}:{b}", refresh: rates }
        - { url: "/rates/:day", key: "rates:on:{day}", refresh: rates }
        - { url: "/shops/:shop", key: "shops:{shop}", refresh: shops }
        - { url: "/shops/:shop/:city", key: "shops:{shop}:{city}", refresh: shops }`;

let proxy: ProxyProcess;
let client: ReturnType<typeof connectRedis>;
let store: EntryStore;

beforeAll(async () => {
  proxy = await startProxyProcess({ region: sources(60_000), proxy: routes });
  const logger = createLogger({ name: 'test', level: 'silent' });
  client = connectRedis({ url: proxy.redis.url, name: 'test', logger });
  store = createRedisStore({ redis: client });
});
afterAll(async () => {
  await store.close();
  client.disconnect();
  await proxy[Symbol.asyncDispose]();
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const hashOf = (...ids: string[]): Content => ({
  shape: 'hash',
  elements: new Map(ids.map((id) => [id, json({ id })])),
});
let ticket = 0;

/** Stores an entry as a worker does. */
async function put(key: string, content: Content, ttlMs = 60_000, staleForMs = 7000): Promise<void> {
  ticket += 1;
  await store.begin(key, ticket);
  expect(await store.replace(key, { ticket, content, ttlMs, staleForMs })).toBe('stored');
}

async function get(path: string): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(proxy.url + path);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

describe('routes that serve a source', () => {
  it('give every shape as JSON, with the headers that caches go by', async () => {
    await put('coupons:oslo', hashOf('b', 'a', 'c'));
    const elements = [1, 2].map((price) => ({ member: json({ price }), score: price }));
    await put('prices', { shape: 'zset', elements });
    await put('names', { shape: 'list', elements: [json('x'), json(null), json([])] });
    await put('rates:on:1', { shape: 'value', value: json({ nok: 1.5 }) });
    const whole = await get('/coupons?city=oslo');
    expect([whole.status, whole.body]).toEqual([200, [{ id: 'b' }, { id: 'a' }, { id: 'c' }]]);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-cache': 'fresh',
      'x-total-count': '3',
      age: expect.stringMatching(/^[0-5]$/),
      'cache-control': 'max-age=60, stale-while-revalidate=7',
    });
    expect(await get('/coupons?city=oslo&page=2&limit=2')).toMatchObject({ status: 200, body: [{ id: 'c' }] });
    expect(await get('/coupons?city=oslo&page=9')).toMatchObject({ status: 200, body: [] });
    expect(await get('/coupons?city=oslo&element=a')).toMatchObject({ status: 200, body: { id: 'a' } });
    expect((await get('/prices?page=2&limit=1')).body).toEqual([{ price: 2 }]);
    expect((await get('/names')).body).toEqual(['x', null, []]);
    const rates = await get('/rates/1');
    expect([rates.body, rates.headers.get('x-total-count')]).toEqual([{ nok: 1.5 }, null]);
    const head = await fetch(`${proxy.url}/rates/1`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '11', '']);
  });

  it('ask for the plain value of one parameter, and for the encoded ones of several', async () => {
    await put('coupons:köln: 100% a/b', hashOf('k'));
    expect((await get(`/coupons?city=${encodeURIComponent('köln: 100% a/b')}`)).body).toEqual([{ id: 'k' }]);
    await put('rates:of:a%3Ab:c', { shape: 'value', value: json(1) });
    await put('rates:of:a:b%3Ac', { shape: 'value', value: json(2) });
    expect([(await get('/both/a:b/c')).body, (await get('/both/a/b:c')).body]).toEqual([1, 2]);
    expect(await get(`/coupons?city=${encodeURIComponent('a\nb')}`)).toMatchObject({ status: 400 });
    // Plain, the one parameter would be the two of the other route.
    await put('shops:a%3Ab', { shape: 'value', value: json(1) });
    await put('shops:a:b', { shape: 'value', value: json(2) });
    expect([(await get('/shops/a:b')).body, (await get('/shops/a/b')).body]).toEqual([1, 2]);
  });

  it('mark what is stale, and let caches keep it no longer', async () => {
    await put('coupons:late', hashOf('a'), 1);
    await expect.poll(async () => (await get('/coupons?city=late')).headers.get('x-cache')).toBe('stale');
    expect((await get('/coupons?city=late')).headers.get('cache-control')).toBe('max-age=0, stale-while-revalidate=7');
  });

  it('say that there is no such thing, and what may not be asked', async () => {
    await put('rates:on:none', { shape: 'value', value: json(null) });
    await put('coupons:none', { shape: 'hash', elements: new Map() });
    const code = 'ERR_MEMCACHE_PROXY_NOT_FOUND';
    expect(await get('/rates/none')).toMatchObject({ status: 404, body: { code } });
    expect(await get('/coupons?city=none&element=a')).toMatchObject({ status: 404, body: { code } });
    expect(await get('/coupons?city=none')).toMatchObject({ status: 200, body: [] });
    for (const path of ['/rates/1?page=1', '/names?element=a', '/coupons?city=none&size=1', '/coupons']) {
      expect(await get(path)).toMatchObject({ status: 400, body: { code: 'ERR_MEMCACHE_PROXY_BAD_PARAMETER' } });
    }
    expect(await get(`/rates/${'x'.repeat(400)}`)).toMatchObject({ status: 400 });
  });

  it('wait for what is missing, and say when nobody loads it', async () => {
    expect(await get('/coupons?city=cold')).toMatchObject({ status: 504, body: { code: 'ERR_REFRESH_TIMEOUT' } });
    const waiting = get('/coupons?city=cool');
    await put('coupons:cool', hashOf('a'));
    expect(await waiting).toMatchObject({ status: 200, body: [{ id: 'a' }] });
  });

  it('say that a source is switched off where nothing of it is stored', async () => {
    const switches = createRedisSwitches({ redis: client });
    await switches.set('rates', false);
    await expect.poll(() => get('/rates/away')).toMatchObject({ status: 503, body: { code: 'ERR_REFRESH_DISABLED' } });
    expect(await get('/rates/1')).toMatchObject({ status: 200 });
    await switches.set('rates', true);
  });

  it('go over to another version without a failed read', async () => {
    const failures: unknown[] = [];
    const over = new AbortController();
    const reading = (async () => {
      while (!over.signal.aborted) {
        const { status } = await get('/coupons?city=oslo');
        if (status !== 200) failures.push(status);
      }
    })();
    const waiting = get('/coupons?city=across');
    await proxy.replaceTopology({ region: sources(120_000), proxy: routes });
    await proxy.logged('topology reloaded');
    await put('coupons:across', hashOf('a'));
    expect(await waiting).toMatchObject({ status: 200, body: [{ id: 'a' }] });
    over.abort();
    await reading;
    expect(failures).toEqual([]);
    const metrics = await (await fetch(`${proxy.url}/metrics`)).text();
    expect(metrics).toMatch(/lockstep_refresh_reads_total\{state="failed"\} \d/);
    expect(metrics).toMatch(/lockstep_refresh_missing_total [1-9]/);
  });

  it('answer at once with a problem while Redis is away, and go on when it is back', async () => {
    await proxy.redis.kill();
    const response = await fetch(`${proxy.url}/coupons?city=oslo`, { signal: AbortSignal.timeout(10_000) });
    expect([response.status, await response.json()]).toMatchObject([502, { code: 'ERR_REFRESH_STORE' }]);
    await proxy.redis.restart();
    await expect.poll(async () => (await get('/coupons?city=oslo')).status).toBe(504);
    expect(proxy.output()).not.toMatch(/coupons:oslo|"city"/);
  });
});
