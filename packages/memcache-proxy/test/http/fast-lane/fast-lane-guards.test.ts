import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { systemClock } from '@lockstep/core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { clientGone, type MemcacheGuardsOptions } from '../../../src/index.ts';
import { HeadReader } from '../../../src/http/fast-lane/request-head.ts';
import { answersIn, type LaneApp, type LaneAppOptions, startLaneApp } from './lane-pair.ts';

const apps: LaneApp[] = [];
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(apps.splice(0).map(({ app }) => app.close()));
});

async function start(guards: MemcacheGuardsOptions, options: LaneAppOptions = {}): Promise<LaneApp> {
  const lane = await startLaneApp(true, { ...options, guards });
  apps.push(lane);
  return lane;
}

/** One connection, on which requests are sent one after the other. */
async function open({ port }: LaneApp): Promise<(key: string, fields?: string) => Promise<string>> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('latin1');
  clients.push(socket);
  await once(socket, 'connect');
  return async (key, fields = '') => {
    socket.write(`GET /v1/cache/${key} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
    const [text] = (await once(socket, 'data')) as [string];
    return answersIn(text)[0] ?? '';
  };
}

const statusOf = (answer: string): number => Number(answer.slice(9, 12));
const token = (name: string): string => `Authorization: Bearer ${name}-${name}-${name}\r\n`;
const tokens = [
  { name: 'all', token: 'reader-reader-reader', scopes: ['read'] },
  { name: 'some', token: 'plainly-plainly-plainly', scopes: ['read'], prefixes: ['pla'] },
  { name: 'writer', token: 'writer-writer-writer', scopes: ['write'] },
  { name: 'late', token: 'expired-expired-expired', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' },
] as const;

describe('guards in the fast lane', () => {
  it('ban an address whose connection is in it', async () => {
    const lane = await start({});
    const ask = await open(lane);
    expect(statusOf(await ask('plain'))).toBe(200);
    lane.app.guards.lists.replace({ ban: ['127.0.0.1'] });
    expect(await ask('plain')).toContain('ERR_MEMCACHE_PROXY_BANNED');
    expect([lane.laned.length, lane.pool.calls]).toEqual([1, ['read plain']]);
  });

  it('have nothing read of what a banned address sends', async () => {
    const lane = await start({ lists: { ban: ['127.0.0.1'] } });
    const read = vi.spyOn(HeadReader.prototype, 'read');
    try {
      expect(await (await open(lane))('plain')).toContain('ERR_MEMCACHE_PROXY_BANNED');
      expect(read).not.toHaveBeenCalled();
    } finally {
      read.mockRestore();
    }
  });

  it('let in only who is on the list', async () => {
    const lane = await start({ lists: { allow: ['192.0.2.0/24'] } });
    expect(statusOf(await (await open(lane))('plain'))).toBe(403);
    lane.app.guards.lists.replace({ allow: ['127.0.0.0/8'] });
    expect(statusOf(await (await open(lane))('plain'))).toBe(200);
    expect(lane.laned.length).toBe(1);
  });

  it.each([
    ['', 'plain', 401],
    [token('nobody'), 'plain', 401],
    ['Authorization: Basic cmVhZGVyLXJlYWRlci1yZWFkZXI=\r\n', 'plain', 401],
    [token('expired'), 'plain', 401],
    [token('writer'), 'plain', 403],
    [token('plainly'), 'empty', 403],
    [token('plainly'), 'plain', 200],
    [token('reader'), 'empty', 200],
  ])('ask for the token, its scope and its keys: %j of %s is a %d', async (fields, key, status) => {
    const lane = await start({ tokens });
    const ask = await open(lane);
    expect(statusOf(await ask(key, fields))).toBe(status);
    expect([lane.laned.length, lane.pool.calls.length]).toEqual(status === 200 ? [1, 1] : [0, 0]);
  });

  it('look at the token of each request of a connection', async () => {
    const lane = await start({ tokens });
    const ask = await open(lane);
    expect(statusOf(await ask('plain', token('reader')))).toBe(200);
    expect(statusOf(await ask('empty', token('plainly')))).toBe(403);
    const another = await open(lane);
    expect(statusOf(await another('plain', token('reader')))).toBe(200);
    lane.app.guards.tokens.replace({ tokens: [] });
    expect(statusOf(await another('plain', token('reader')))).toBe(401);
  });

  it('believe no address that a client names, and that of a trusted proxy', async () => {
    const lists = { ban: ['192.0.2.1'] };
    const fields = 'X-Forwarded-For: 192.0.2.1\r\n';
    expect(statusOf(await (await open(await start({ lists })))('plain', fields))).toBe(200);
    const trusting = await start({ lists, addresses: { trustProxy: ['127.0.0.1'] } });
    const ask = await open(trusting);
    expect(statusOf(await ask('plain'))).toBe(200);
    expect(statusOf(await ask('plain', fields))).toBe(403);
  });

  it('shed load', async () => {
    let isOverloaded = false;
    const lane = await start({ shed: { isOverloaded: () => isOverloaded } });
    const ask = await open(lane);
    expect(statusOf(await ask('plain'))).toBe(200);
    isOverloaded = true;
    expect(await ask('plain')).toMatch(/503[^]*retry-after: 1[^]*ERR_MEMCACHE_PROXY_OVERLOADED/);
    expect(lane.pool.calls.length).toBe(1);
  });
});

describe('limits in the fast lane', () => {
  const perAddress = { max: 3, windowMs: 60_000 };

  it('count each request once, whoever answers it, and refuse as the route does', async () => {
    const lane = await start({ limits: { headers: 'refused', perAddress } });
    const ask = await open(lane);
    expect(statusOf(await ask('plain'))).toBe(200);
    // Read in the lane, and left to the route with what was found.
    expect(statusOf(await ask('gzip'))).toBe(200);
    expect(statusOf(await ask('plain'))).toBe(200);
    expect(lane.laned.map(({ status }) => status)).toEqual([200]);
    expect(lane.pool.calls).toEqual(['read plain', 'read gzip', 'read plain']);
    expect(await ask('plain')).toMatch(/429[^]*ratelimit: "address";r=0/);
    expect(statusOf(await (await open(lane))('plain'))).toBe(429);
    expect([lane.laned.length, lane.app.guards.counts.rateLimited]).toEqual([1, 2]);
  });

  it('count nothing in one limit where another one refuses', async () => {
    let nowMs = 0;
    const clock = { ...systemClock, monotonic: () => nowMs };
    const perRoute = { 'GET /v1/cache/:key': { max: 1, windowMs: 1000 } };
    const lane = await start({ limits: { headers: 'refused', perAddress, perRoute, clock } });
    expect(statusOf(await (await open(lane))('plain'))).toBe(200);
    // The route counts it for the address, and then refuses.
    expect(statusOf(await (await open(lane))('plain'))).toBe(429);
    nowMs = 1000;
    expect(statusOf(await (await open(lane))('plain'))).toBe(200);
    expect(lane.laned.length).toBe(2);
    nowMs = 2000;
    expect(statusOf(await (await open(lane))('plain'))).toBe(429);
  });

  it('that are told on every answer are the route’s', async () => {
    const lane = await start({ limits: { headers: 'always', perAddress } });
    expect(await (await open(lane))('plain')).toContain('ratelimit: "address";r=2');
    expect(lane.laned).toEqual([]);
  });
});

it('stays out of the way of a route beside the keys, of a bound on requests and of answers that say how long they last', async () => {
  const beside: LaneAppOptions = { prepare: (app) => void app.get('/v1/cache/health', () => 'fine') };
  for (const options of [beside, { server: { maxRequestsPerSocket: 2 } }, { http: { cacheControl: true } }]) {
    const lane = await startLaneApp(true, options);
    apps.push(lane);
    expect(statusOf(await (await open(lane))('plain'))).toBe(200);
    expect(lane.laned).toEqual([]);
  }
});

it('gives requests that it leaves to routes their signal', async () => {
  const lane = await startLaneApp(true, { prepare: (app) => void app.register(clientGone) });
  apps.push(lane);
  const ask = await open(lane);
  expect([statusOf(await ask('plain')), statusOf(await ask('pla%69n'))]).toEqual([200, 200]);
  expect(lane.laned.length).toBe(1);
});
