import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { guarded, settableClock } from './start-guarded.ts';

const ADMIN = 'admin-admin-admin-admin';
const WRITER = 'writer-writer-writer';
const tokens = [
  { name: 'root', token: ADMIN, scopes: ['admin'] },
  { name: 'writer', token: WRITER, scopes: ['read', 'write'] },
] as const;
const clock = settableClock();
let app: FastifyInstance;
beforeEach(async () => {
  app = await guarded({ tokens, anonymous: ['read'], clock, lists: { ban: ['198.51.100.0/24'] } });
});
afterEach(() => app.close());

interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
  json(): unknown;
}

const admin = async (
  method: 'GET' | 'PUT' | 'DELETE',
  path = '',
  payload?: object | string,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  app.inject({
    method,
    url: `/v1/admin/bans${path}`,
    headers: { authorization: `Bearer ${ADMIN}`, ...headers },
    ...(payload !== undefined && { payload }),
  });
const visit = async (remoteAddress: string): Promise<number> =>
  (await app.inject({ url: '/v1/cache/k', remoteAddress })).statusCode;

describe('the admin routes', () => {
  it('ban and lift a range', async () => {
    expect((await admin('PUT', '/192.0.2.0%2F24')).statusCode).toBe(200);
    expect([await visit('192.0.2.1'), await visit('192.0.3.1')]).toEqual([403, 200]);
    expect((await admin('GET')).json()).toEqual({
      allow: [],
      ban: [
        { range: '198.51.100.0/24', origin: 'configured' },
        { range: '192.0.2.0/24', origin: 'stored' },
      ],
    });
    expect((await admin('DELETE', '/192.0.2.0%2F24')).statusCode).toBe(204);
    expect(await visit('192.0.2.1')).toBe(200);
    expect((await admin('DELETE', '/192.0.2.0%2F24')).json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_NOT_FOUND' });
  });

  it('ban for a time, and renew it', async () => {
    await admin('PUT', '/2001:db8::/32'.replaceAll('/', '%2F').replace('%2F', '/'), { forSeconds: 60 });
    expect(await visit('2001:db8::1')).toBe(403);
    await admin('PUT', '/2001:db8::%2F32', { until: new Date(clock.nowMs + 120_000).toISOString() });
    clock.nowMs += 119_000;
    expect(await visit('2001:db8::1')).toBe(403);
    clock.nowMs += 1000;
    expect(await visit('2001:db8::1')).toBe(200);
    await admin('PUT', '/192.0.2.1');
    expect((await admin('GET')).body).not.toContain('2001:db8');
  });

  it('replace and empty the lists', async () => {
    const body = { allow: ['127.0.0.0/8', '192.0.2.0/24'], ban: [{ range: '192.0.2.66', forSeconds: 3600 }] };
    expect((await admin('PUT', '', body)).statusCode).toBe(200);
    expect([await visit('192.0.2.1'), await visit('192.0.2.66'), await visit('203.0.113.1')]).toEqual([200, 403, 403]);
    expect((await admin('DELETE')).statusCode).toBe(204);
    expect([await visit('192.0.2.66'), await visit('203.0.113.1')]).toEqual([200, 403]);
    await admin('PUT', '', { allow: [] });
    expect(await visit('203.0.113.1')).toBe(200);
    expect(await visit('198.51.100.1')).toBe(403);
  });

  it('take their own answer back', async () => {
    await admin('PUT', '', { ban: ['192.0.2.1', { range: '192.0.2.2', until: '2090-01-01T00:00:00Z' }] });
    const lists = (await admin('GET')).json() as object;
    expect((await admin('PUT', '', lists)).statusCode).toBe(200);
  });

  it('make a change only to the version that If-Match names', async () => {
    const { etag } = (await admin('GET')).headers;
    expect(etag).toBe('"0"');
    const headers = { 'if-match': String(etag) };
    const first = await admin('PUT', '/192.0.2.1', undefined, headers);
    expect(first.statusCode).toBe(200);
    const second = await admin('PUT', '', { ban: [] }, headers);
    expect(second.json()).toMatchObject({ status: 412, code: 'ERR_MEMCACHE_PROXY_BANS_CHANGED' });
    expect((await admin('DELETE', '', undefined, { 'if-match': String(first.headers['etag']) })).statusCode).toBe(204);
  });

  it('say of a configured ban that it is one', async () => {
    const response = await admin('DELETE', '/198.51.100.0%2F24');
    expect(response.json()).toMatchObject({ status: 404, detail: expect.stringContaining('configuration') as string });
  });

  it.each([undefined, `Bearer ${WRITER}`])('are closed to %j', async (authorization) => {
    const statuses = (['GET', 'PUT', 'DELETE'] as const).flatMap((method) =>
      ['', '/192.0.2.1'].map(async (path) => {
        if (method === 'GET' && path !== '') return 'closed';
        const headers = authorization === undefined ? {} : { authorization };
        const { statusCode } = await app.inject({ method, url: `/v1/admin/bans${path}`, headers });
        return statusCode === 401 || statusCode === 403 ? 'closed' : statusCode;
      }),
    );
    expect(new Set(await Promise.all(statuses))).toEqual(new Set(['closed']));
  });

  it.each([
    ['', '{', 'the body must be JSON'],
    ['', [], 'the body must be an object'],
    ['', { bans: [] }, 'the body has the member "bans"; known are allow, ban'],
    ['', { ban: 'x' }, 'ban must be a list'],
    ['', { ban: ['x'] }, 'ban[0]: "x" is no IPv4'],
    ['', { ban: [{}] }, 'ban[0].range must be'],
    ['', { ban: [{ range: '::1', until: 'x' }] }, 'ban[0].until must be a date and time'],
    ['', { ban: [{ range: '::1', forSeconds: -1 }] }, 'ban[0].forSeconds must be a number above 0'],
    ['', { ban: [{ range: '::1', forSeconds: 1, until: '2090-01-01' }] }, 'until or forSeconds, not both'],
    ['/nobody', undefined, '"nobody" is no IPv4'],
    ['/192.0.2.1%2F24', undefined, 'has bits outside of its prefix'],
    ['/192.0.2.1', { until: 5 }, 'the body.until must be a date and time'],
    ['/192.0.2.1', { until: 'x' }, 'until must be a date and time'],
  ])('refuse PUT %s of %j, and change nothing', async (path, payload, message) => {
    const response = await admin('PUT', path, payload);
    expect(response.json()).toMatchObject({ status: 400, code: 'ERR_MEMCACHE_PROXY_BAD_BANS' });
    expect((response.json() as { detail: string }).detail).toContain(message);
    expect((await admin('GET')).body).not.toContain('stored');
  });
});
