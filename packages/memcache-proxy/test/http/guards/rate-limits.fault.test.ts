import { systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RateLimitOptions } from '../../../src/http/guards/rate-limits.ts';
import { guarded } from './start-guarded.ts';

let server: RedisServer;
let client: Redis;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  server = await startRedis();
  client = new Redis(server.port, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  client.disconnect();
  await server.close();
});

async function start(limits: RateLimitOptions): Promise<FastifyInstance> {
  const app = await guarded({ limits: { redis: client, timeoutMs: 5000, retryMs: 100, ...limits } });
  apps.push(app);
  return app;
}

const perAddress = { max: 3, windowMs: 60_000 };
const ask = async (app: FastifyInstance, remoteAddress = '192.0.2.1'): Promise<number> =>
  (await app.inject({ url: '/v1/cache/k', remoteAddress })).statusCode;

describe('limits in Redis', () => {
  it('hold for all processes together, and leave nothing for ever', async () => {
    const [one, two] = [await start({ perAddress }), await start({ perAddress })];
    const statuses = [await ask(one), await ask(two), await ask(one), await ask(two), await ask(one)];
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await ask(two, '192.0.2.2')).toBe(200);
    const keys = await client.keys('*');
    expect(keys.toSorted()).toEqual(['lockstep:rate:address:192.0.2.1', 'lockstep:rate:address:192.0.2.2']);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
  });

  it('end with the window', async () => {
    const app = await start({ perAddress: { max: 1, windowMs: 60_000 } });
    expect([await ask(app), await ask(app)]).toEqual([200, 429]);
    await client.pexpire('lockstep:rate:address:192.0.2.1', 1);
    await expect.poll(() => ask(app)).toBe(200);
  });

  it('give an end to a counter that has none', async () => {
    await client.set('lockstep:rate:address:192.0.2.1', '100');
    const app = await start({ perAddress });
    expect(await ask(app)).toBe(429);
    expect(await client.pttl('lockstep:rate:address:192.0.2.1')).toBeGreaterThan(0);
  });
});

describe.each([
  ['frozen', () => server.freeze(), () => server.thaw()],
  ['killed', () => server.kill(), () => server.restart()],
])('while Redis is %s', (_name, breakIt, mendIt) => {
  it('requests pass and are counted, and limits hold again afterwards', async () => {
    const app = await start({ perAddress, timeoutMs: 500 });
    expect(await ask(app)).toBe(200);
    const before = app.guards.counts.limitsAway;
    await breakIt();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask(app)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(app.guards.counts.limitsAway - before).toBe(20);
    await mendIt();
    await expect.poll(() => ask(app)).toBe(429);
  });

  it('requests are refused with 503 when that is asked for, and pass again afterwards', async () => {
    const app = await start({ perAddress: { max: 1000, windowMs: 60_000 }, timeoutMs: 500, whenAway: 'closed' });
    expect(await ask(app)).toBe(200);
    await breakIt();
    const response = await app.inject('/v1/cache/k');
    expect(response.json()).toMatchObject({ status: 503, code: 'ERR_MEMCACHE_PROXY_LIMITS_AWAY' });
    expect(response.headers['retry-after']).toBe('1');
    await mendIt();
    await expect.poll(() => ask(app)).toBe(200);
  });
});

it('a frozen Redis is asked by one request at a time, so that the others need not wait', async () => {
  let monotonicMs = 0;
  const clock = { ...systemClock, monotonic: () => monotonicMs };
  const app = await start({ perAddress, timeoutMs: 300, retryMs: 1000, clock });
  await server.freeze();
  expect(await ask(app)).toBe(200);
  for (const waited of [999, 1]) {
    monotonicMs += waited;
    const sent = client.commandQueue.length;
    await Promise.all(Array.from({ length: 50 }, () => ask(app)));
    expect(client.commandQueue.length - sent).toBe(waited === 1 ? 1 : 0);
  }
  expect(app.guards.counts.limitsAway).toBe(101);
});
