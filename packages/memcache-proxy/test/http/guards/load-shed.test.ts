import { setTimeout as wait } from 'node:timers/promises';

import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';

import { guarded } from './start-guarded.ts';

let app: FastifyInstance;
afterEach(() => app.close());

const ask = async (url = '/v1/cache/k'): Promise<number> => (await app.inject(url)).statusCode;

describe('load shedding', () => {
  it('answers 503 with Retry-After while a queue of yours is too long, but not on public routes', async () => {
    let isOverloaded = true;
    const shed = { isOverloaded: () => isOverloaded, retryAfterSeconds: 7 };
    app = await guarded({ shed, publicRoutes: ['/healthz'] });
    const response = await app.inject('/v1/cache/k');
    expect(response.json()).toMatchObject({ status: 503, code: 'ERR_MEMCACHE_PROXY_OVERLOADED' });
    expect(response.headers).toMatchObject({ 'retry-after': '7', 'content-type': 'application/problem+json' });
    expect(await ask('/healthz')).toBe(200);
    isOverloaded = false;
    expect(await ask()).toBe(200);
    expect(app.guards.counts.overloaded).toBe(1);
  });

  it.each([{ maxHeapUsedBytes: 1 }, { maxRssBytes: 1 }])('starts at %j', async (shed) => {
    app = await guarded({ shed: { ...shed, sampleMs: 10 } });
    await expect.poll(() => ask()).toBe(503);
  });

  it('starts when the event loop is blocked, and ends when it turns again', async () => {
    app = await guarded({ shed: { maxEventLoopDelayMs: 50, sampleMs: 50 } });
    await expect.poll(() => ask()).toBe(200);
    const block = async (): Promise<number> => {
      const end = performance.now() + 500;
      while (performance.now() < end);
      // The sample ends with the timers that are due; what it says holds until the next one.
      await wait(1);
      return ask();
    };
    await expect.poll(block, { timeout: 10_000 }).toBe(503);
    await expect.poll(() => ask()).toBe(200);
  });

  it('leaves the decorators of @fastify/under-pressure to the host', async () => {
    app = await guarded({ shed: { maxRssBytes: 1e12 } });
    expect(app.hasDecorator('isUnderPressure')).toBe(false);
  });

  it.each([{ maxRssBytes: 0 }, { maxEventLoopDelayMs: -1 }, { sampleMs: Number.NaN }])('refuses %j', async (shed) => {
    const starting = async (): Promise<void> => {
      app = await guarded({ shed });
    };
    await expect(starting()).rejects.toThrow(`shed.${Object.keys(shed)[0]} must be a number above 0`);
  });
});
