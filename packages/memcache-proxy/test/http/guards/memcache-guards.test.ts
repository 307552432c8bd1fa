import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';

import { createBackend } from '../../../src/backend/create-backend.ts';
import { GUARD_CHANNEL } from '../../../src/http/guards/guard-channel.ts';
import { memcacheGuards } from '../../../src/http/guards/memcache-guards.ts';
import { memcacheHttp } from '../../../src/http/cache/memcache-http.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';
import { guarded, listen, rawConnect, readAll, settableClock } from './start-guarded.ts';

let app: FastifyInstance;
afterEach(() => app.close());

const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const [READER, WRITER, LIMITED] = ['reader-reader-reader', 'writer-writer-writer', 'limited-limited-limited'];
const tokens = [
  { name: 'reader', token: READER, scopes: ['read'] },
  { name: 'writer', token: WRITER, scopes: ['read', 'write'] },
  { name: 'limited', token: LIMITED, scopes: ['read', 'write'], prefixes: ['user:', 'é'] },
] as const;

describe('without options', () => {
  it('lets everybody in, and no CORS header out', async () => {
    app = await guarded();
    const headers = { origin: 'https://elsewhere.example' };
    const response = await app.inject({ url: '/v1/cache/k', headers });
    expect(response.json()).toEqual({ from: '127.0.0.1' });
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const preflight = { ...headers, 'access-control-request-method': 'PUT' };
    expect((await app.inject({ method: 'OPTIONS', url: '/v1/cache/k', headers: preflight })).statusCode).toBe(404);
  });

  it('has admin routes that nobody may use', async () => {
    app = await guarded();
    expect((await app.inject('/v1/admin/bans')).statusCode).toBe(401);
  });
});

describe('lists', () => {
  it('refuse a banned address as a problem, whatever the error handler of the host is', async () => {
    app = await guarded({ lists: { ban: ['192.0.2.0/24'] } });
    const response = await app.inject({ url: '/v1/cache/k', remoteAddress: '192.0.2.9' });
    expect(response.headers).toMatchObject({ 'content-type': 'application/problem+json', connection: 'close' });
    expect(response.json()).toMatchObject({ status: 403, code: 'ERR_MEMCACHE_PROXY_BANNED' });
    expect((await app.inject({ url: '/nowhere', remoteAddress: '::ffff:192.0.2.9' })).statusCode).toBe(403);
    expect((await app.inject({ url: '/v1/cache/k', remoteAddress: '192.0.3.9' })).statusCode).toBe(200);
    expect(app.guards.counts.banned).toBe(2);
  });

  it('let only those in who are allowed, and never one who is banned', async () => {
    app = await guarded({ lists: { allow: ['192.0.2.0/24'], ban: ['192.0.2.66'] } });
    const addresses = ['192.0.2.1', '192.0.2.66', '198.51.100.1'];
    const statuses = addresses.map(
      async (remoteAddress) => (await app.inject({ url: '/healthz', remoteAddress })).statusCode,
    );
    expect(await Promise.all(statuses)).toEqual([200, 403, 403]);
  });

  it('are replaced while it runs, and end with their time', async () => {
    const clock = settableClock();
    app = await guarded({ clock });
    const until = new Date(clock.nowMs + 60_000).toISOString();
    app.guards.lists.replace({ ban: [{ range: '127.0.0.1', until }] });
    expect((await app.inject('/healthz')).statusCode).toBe(403);
    clock.nowMs += 60_000;
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect(() => app.guards.lists.replace({ ban: ['::1', 'x'] })).toThrow('ban[1]: "x" is no IPv4');
  });

  it('refuse before the body is read', async () => {
    app = await guarded({ lists: { ban: ['127.0.0.1'] } });
    const socket = await rawConnect(await listen(app));
    socket.write('PUT /v1/cache/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nonly this');
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 403 .*\r\nconnection: close\r\n/is);
  });
});

describe('tokens', () => {
  it('are asked for the scope of the method', async () => {
    app = await guarded({ tokens });
    const methods = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
    const ask = async (headers: Record<string, string>): Promise<number[]> => {
      const responses = methods.map((method) => app.inject({ method, url: '/v1/cache/k', headers }));
      return (await Promise.all(responses)).map(({ statusCode }) => statusCode);
    };
    expect(await ask({})).toEqual([401, 401, 401, 401, 401, 401]);
    expect(await ask(as(READER))).toEqual([200, 200, 403, 403, 403, 403]);
    expect(await ask(as(WRITER))).toEqual([200, 200, 200, 200, 200, 200]);
    expect(app.guards.counts).toMatchObject({ unauthorized: 6, forbidden: 4 });
  });

  it('are answered with a challenge and the missing scope', async () => {
    app = await guarded({ tokens });
    const none = await app.inject('/v1/cache/k');
    expect(none.headers['www-authenticate']).toBe('Bearer realm="lockstep"');
    expect(none.json()).toMatchObject({ status: 401, code: 'ERR_MEMCACHE_PROXY_UNAUTHORIZED' });
    const wrong = await app.inject({ url: '/v1/cache/k', headers: as('who-knows-what-this-is') });
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="lockstep", error="invalid_token"');
    const scope = await app.inject({ method: 'PUT', url: '/v1/cache/k', headers: as(READER) });
    expect(scope.headers['www-authenticate']).toBe(
      'Bearer realm="lockstep", error="insufficient_scope", scope="write"',
    );
    expect(scope.json()).toMatchObject({
      code: 'ERR_MEMCACHE_PROXY_FORBIDDEN',
      detail: 'the token lacks the scope write',
    });
  });

  it('are not needed to read where anonymous may', async () => {
    app = await guarded({ tokens, anonymous: ['read'] });
    expect((await app.inject('/v1/cache/k')).statusCode).toBe(200);
    expect((await app.inject({ method: 'PUT', url: '/v1/cache/k' })).statusCode).toBe(401);
    expect((await app.inject({ url: '/v1/cache/k', headers: as('who-knows-what-this-is') })).statusCode).toBe(401);
  });

  it.each([
    ['/v1/cache/user:1', 200],
    ['/v1/cache/%75ser:1', 200],
    ['/v1/cache/%C3%A9t%C3%A9', 200],
    ['/v1/cache/use', 403],
    ['/v1/cache/USER:1', 403],
    ['/v1/all', 403],
  ])('with key prefixes: %s is %d', async (url, status) => {
    app = await guarded({ tokens });
    expect((await app.inject({ url, headers: as(LIMITED) })).statusCode).toBe(status);
  });

  it('with key prefixes leave it to a route that checks its keys', async () => {
    app = await guarded({ tokens });
    const ask = async (token: string): Promise<unknown> =>
      (await app.inject({ method: 'POST', url: '/v1/batch', headers: as(token), payload: ['user:1', 'k'] })).json();
    expect(await ask(LIMITED)).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(await ask(READER)).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('are replaced while it runs', async () => {
    app = await guarded({ tokens });
    app.guards.tokens.replace({ tokens: [tokens[0]] });
    const statuses = [READER, WRITER].map(async (token) => {
      return (await app.inject({ url: '/v1/cache/k', headers: as(token) })).statusCode;
    });
    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  it('are not needed for public routes', async () => {
    app = await guarded({ tokens, publicRoutes: ['/healthz'] });
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect((await app.inject('/healthz/')).statusCode).toBe(401);
  });
});

describe('the plugin', () => {
  it('does not register behind the routes that it should guard', async () => {
    app = fastify({ routerOptions: { maxParamLength: 1024 } });
    await app.register(memcacheHttp, { backend: createBackend({ pool: new MemoryPool() }) });
    await expect(app.register(memcacheGuards)).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_GUARD_ORDER' });
  });

  it('guards the cache routes that come after it', async () => {
    app = fastify({ routerOptions: { maxParamLength: 1024 } });
    await app.register(memcacheGuards, { tokens });
    await app.register(memcacheHttp, { backend: createBackend({ pool: new MemoryPool() }) });
    const ask = async (url: string, token?: string): Promise<number> =>
      (await app.inject({ method: 'PUT', url, payload: 'x', ...(token && { headers: as(token) }) })).statusCode;
    expect(await ask('/v1/cache/user:1', LIMITED)).toBe(204);
    expect(await ask('/v1/cache/k', LIMITED)).toBe(403);
    expect(await ask('/v1/cache/k')).toBe(401);
  });

  it('tells a diagnostics channel what it refused, with the pattern of the route', async () => {
    const events: unknown[] = [];
    const listener = (event: unknown): void => void events.push(event);
    subscribe(GUARD_CHANNEL, listener);
    app = await guarded({ tokens });
    await app.inject({ method: 'DELETE', url: '/v1/cache/secret-key?x=1' });
    unsubscribe(GUARD_CHANNEL, listener);
    const code = 'ERR_MEMCACHE_PROXY_UNAUTHORIZED';
    expect(events).toEqual([{ kind: 'refused', code, method: 'DELETE', route: '/v1/cache/:key' }]);
  });
});
