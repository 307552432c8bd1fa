import rateLimit from '@fastify/rate-limit';
import { type RedisClient, systemClock } from '@lockstep/core';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';

import { memcacheGuards } from '../../../src/http/guards/memcache-guards.ts';
import { guarded, listen, rawConnect, readAll } from './start-guarded.ts';

let app: FastifyInstance;
let monotonicMs = 0;
const clock = { ...systemClock, monotonic: () => monotonicMs };
afterEach(() => app.close());

const TOKEN = 'writer-writer-writer';
const tokens = [{ name: 'writer', token: TOKEN, scopes: ['read', 'write'] }] as const;
const bearer = { authorization: `Bearer ${TOKEN}` };
const minute = (max: number): { max: number; windowMs: number } => ({ max, windowMs: 60_000 });
type Ask = { readonly headers?: Record<string, string>; readonly remoteAddress?: string; readonly method?: 'PUT' };
const ask = async (options: Ask = {}): Promise<number> =>
  (await app.inject({ url: '/v1/cache/k', ...options })).statusCode;

describe('a limit of each address', () => {
  it('says what is left, refuses with 429 as a problem, and starts anew with the window', async () => {
    app = await guarded({ clock, limits: { perAddress: minute(2) } });
    const first = await app.inject('/v1/cache/k');
    expect(first.headers).toMatchObject({ 'ratelimit-policy': '"address";q=2;w=60', ratelimit: '"address";r=1;t=60' });
    await ask();
    monotonicMs += 20_000;
    const third = await app.inject('/v1/cache/k');
    expect(third.statusCode).toBe(429);
    expect(third.headers).toMatchObject({
      'content-type': 'application/problem+json',
      ratelimit: '"address";r=0;t=40',
    });
    expect(third.headers['retry-after']).toBe('40');
    expect(third.json()).toMatchObject({ status: 429, code: 'ERR_MEMCACHE_PROXY_RATE_LIMITED' });
    monotonicMs += 40_000;
    expect(await ask()).toBe(200);
    expect(app.guards.counts.rateLimited).toBe(1);
  });

  it('counts each address for itself, and a /64 of IPv6 as one', async () => {
    app = await guarded({ limits: { perAddress: minute(1) } });
    const addresses = ['192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'];
    const statuses: number[] = [];
    for (const remoteAddress of addresses) statuses.push(await ask({ remoteAddress }));
    expect(statuses).toEqual([200, 200, 429, 200, 429, 200]);
  });

  it('counts wrong tokens too', async () => {
    app = await guarded({ tokens, limits: { perAddress: minute(2) } });
    const headers = { authorization: 'Bearer guess-guess-guess-guess' };
    expect([await ask({ headers }), await ask({ headers }), await ask({ headers: bearer })]).toEqual([401, 401, 429]);
  });

  it('does not concern exempt addresses and public routes', async () => {
    app = await guarded({ publicRoutes: ['/healthz'], limits: { perAddress: minute(1), exempt: ['10.0.0.0/8'] } });
    const remoteAddress = '10.1.2.3';
    expect([await ask({ remoteAddress }), await ask({ remoteAddress })]).toEqual([200, 200]);
    const health = [await app.inject('/healthz'), await app.inject('/healthz')];
    expect(health.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  });
});

describe('other limits', () => {
  it('count a token wherever it is used, and nobody without one', async () => {
    app = await guarded({ tokens, anonymous: ['read'], limits: { perToken: minute(1) } });
    expect(await ask({ headers: bearer, remoteAddress: '192.0.2.1' })).toBe(200);
    expect(await ask({ headers: bearer, remoteAddress: '192.0.2.2' })).toBe(429);
    expect([await ask(), await ask()]).toEqual([200, 200]);
  });

  it('count a route for each client, or for all', async () => {
    const perRoute = { 'GET /v1/cache/:key': minute(1), 'PUT /v1/cache/:key': { ...minute(1), by: 'all' } } as const;
    app = await guarded({ limits: { perRoute } });
    const [one, two] = [{ remoteAddress: '192.0.2.1' }, { remoteAddress: '192.0.2.2' }];
    expect([await ask(one), await ask(one), await ask(two)]).toEqual([200, 429, 200]);
    expect([await ask({ ...one, method: 'PUT' }), await ask({ ...two, method: 'PUT' })]).toEqual([200, 429]);
  });

  it('are not used up by requests that an earlier limit refused', async () => {
    const perRoute = { 'GET /v1/cache/:key': { ...minute(3), by: 'all' } } as const;
    app = await guarded({ limits: { perAddress: minute(1), perRoute } });
    const flood = [1, 2, 3, 4].map(() => ask({ remoteAddress: '192.0.2.1' }));
    expect((await Promise.all(flood)).filter((status) => status === 200)).toHaveLength(1);
    expect(await ask({ remoteAddress: '192.0.2.2' })).toBe(200);
  });

  it('are all named by a refusal, also where other answers do not name them', async () => {
    const perRoute = { 'GET /v1/cache/:key': minute(1) };
    app = await guarded({
      clock,
      tokens,
      limits: { perAddress: minute(9), perToken: minute(9), perRoute, headers: 'refused' },
    });
    const first = await app.inject({ url: '/v1/cache/k', headers: bearer });
    expect(first.headers).not.toHaveProperty('ratelimit');
    const second = await app.inject({ url: '/v1/cache/k', headers: bearer });
    expect(second.headers['ratelimit']).toBe('"address";r=7;t=60, "token";r=7;t=60, "route";r=0;t=60');
  });

  it('keep apart what is asked at the same time', async () => {
    app = await guarded({ limits: { perAddress: minute(2), headers: 'refused' } });
    const addresses = Array.from({ length: 50 }, (_, index) => `192.0.2.${index}`);
    const statuses = await Promise.all([...addresses, ...addresses].map((remoteAddress) => ask({ remoteAddress })));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await ask({ remoteAddress: '192.0.2.7' })).toBe(429);
  });

  it('count what arrives in one packet one by one', async () => {
    app = await guarded({ limits: { perAddress: minute(2) } });
    const socket = await rawConnect(await listen(app));
    const request = 'GET /v1/cache/k HTTP/1.1\r\nHost: x\r\n';
    socket.write(`${`${request}\r\n`.repeat(3)}${request}Connection: close\r\n\r\n`);
    expect((await readAll(socket)).match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
      '200',
      '200',
      '429',
      '429',
    ]);
  });

  it('remember a bounded number of clients', async () => {
    app = await guarded({ limits: { perAddress: minute(1), maxTracked: 2 } });
    const [one, two, three] = [1, 2, 3].map((last) => ({ remoteAddress: `192.0.2.${last}` }));
    expect([await ask(one), await ask(two), await ask(two), await ask(three)]).toEqual([200, 200, 429, 200]);
    expect([await ask(two), await ask(one)]).toEqual([429, 200]);
  });

  it('are replaced while it runs, and keep what they have counted', async () => {
    app = await guarded({ clock, limits: {} });
    expect([await ask(), await ask()]).toEqual([200, 200]);
    app.guards.limits.replace({ perAddress: minute(1) });
    expect([await ask(), await ask()]).toEqual([200, 429]);
    app.guards.limits.replace({ perAddress: minute(3) });
    expect([await ask(), await ask()]).toEqual([200, 429]);
    app.guards.limits.replace({ perAddress: { max: 3, windowMs: 1000 } });
    expect(await ask()).toBe(429);
    monotonicMs += 1000;
    expect(await ask()).toBe(200);
    app.guards.limits.replace({});
    expect(await ask()).toBe(200);
  });
});

describe('the limits', () => {
  it.each([
    [{ perAddress: { max: 0, windowMs: 1 } }, 'limits.perAddress.max must be a whole number above 0, got 0'],
    [{ perToken: { max: 1, windowMs: 0.5 } }, 'limits.perToken.windowMs must be a whole number'],
    [{ perRoute: { '/v1': minute(1) } }, '"/v1" must be a method and a pattern'],
    [{ maxTracked: 0 }, 'limits.maxTracked must be a whole number above 0'],
    [{ exempt: ['x'] }, 'limits.exempt[0]: "x" is no IPv4'],
  ])('%j are refused by name', async (limits, message) => {
    app = fastify();
    await expect(app.register(memcacheGuards, { limits })).rejects.toThrow(message);
  });

  it('of a route that the server does not have are refused, at the start and later', async () => {
    const perRoute = { 'GET /v1/cache/:kee': minute(1) };
    app = await guarded({ limits: { perRoute } });
    await expect(app.ready()).rejects.toThrow('there is no route "GET /v1/cache/:kee" behind the guards');
    const right = await guarded({ limits: { perRoute: { 'GET /v1/admin/bans': minute(1) } } });
    await right.ready();
    expect(() => right.guards.limits.replace({ perRoute })).toThrow('there is no route "GET /v1/cache/:kee"');
    await right.close();
  });

  it('leave @fastify/rate-limit to the host, when it comes after them', async () => {
    app = await guarded({ limits: { perAddress: minute(100) } });
    await app.register(rateLimit, { max: 1 });
    app.get('/own', () => 'x');
    const own = [await app.inject('/own'), await app.inject('/own')];
    expect(own.map(({ statusCode }) => statusCode)).toEqual([200, 418]);
    expect([await ask(), await ask()]).toEqual([200, 200]);
  });

  it('in Redis do not register where the host has it already', async () => {
    app = fastify();
    await app.register(rateLimit);
    const redis = {} as RedisClient;
    await expect(app.register(memcacheGuards, { limits: { redis } })).rejects.toThrow('before @fastify/rate-limit');
  });
});
