import { setImmediate } from 'node:timers/promises';

import { type RedisServer, startRedis } from '@lockstep/testing';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type BanStore, createMemoryBanStore } from '../../../src/http/guards/ban-store.ts';
import { createRedisBanStore } from '../../../src/http/guards/redis-ban-store.ts';
import { guarded } from './start-guarded.ts';

const ADMIN = 'admin-admin-admin-admin';
const tokens = [{ name: 'root', token: ADMIN, scopes: ['admin'] }] as const;

let server: RedisServer;
let client: Redis;
const apps: FastifyInstance[] = [];

beforeEach(async () => {
  server = await startRedis();
  client = new Redis(server.port, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
  client.on('error', () => undefined);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  client.disconnect();
  await server.close();
});

async function start(banStore: BanStore = createRedisBanStore({ client })): Promise<FastifyInstance> {
  const app = await guarded({ tokens, anonymous: ['read'], banStore, banPollMs: 20, banTimeoutMs: 1000 });
  apps.push(app);
  return app;
}

const admin = async (app: FastifyInstance, method: 'GET' | 'PUT' | 'DELETE', path = ''): Promise<number> => {
  const headers = { authorization: `Bearer ${ADMIN}` };
  return (await app.inject({ method, url: `/v1/admin/bans${path}`, headers })).statusCode;
};
const banCount = async (app: FastifyInstance): Promise<number> => {
  const response = await app.inject({ url: '/v1/admin/bans', headers: { authorization: `Bearer ${ADMIN}` } });
  return response.json<{ ban: unknown[] }>().ban.length;
};
const visit = async (app: FastifyInstance, remoteAddress = '192.0.2.1'): Promise<number> =>
  (await app.inject({ url: '/v1/cache/k', remoteAddress })).statusCode;

describe('a ban', () => {
  it('reaches the other workers, and those that start later', async () => {
    const [one, two] = [await start(), await start()];
    expect(await admin(one, 'PUT', '/192.0.2.1')).toBe(200);
    expect(await visit(one)).toBe(403);
    await expect.poll(() => visit(two)).toBe(403);
    expect(await visit(await start())).toBe(403);
    expect(await admin(two, 'DELETE')).toBe(204);
    await expect.poll(() => visit(one)).toBe(200);
  });

  it('of one admin does not undo that of another', async () => {
    const workers = [await start(), await start(), await start()];
    const bans = Array.from({ length: 9 }, (_, index) => admin(workers[index % 3]!, 'PUT', `/192.0.2.${index}`));
    const outcomes = await Promise.all(bans);
    // Five tries may not be enough for all of them: then they say so.
    const done = outcomes.filter((status) => status === 200).length;
    await expect.poll(() => banCount(workers[0]!)).toBe(done);
    expect(outcomes.every((status) => status === 200 || status === 503)).toBe(true);
  });
});

describe.each([
  ['frozen', () => server.freeze(), () => server.thaw()],
  ['stopped', () => server.stop(), () => server.restart()],
])('while the store is %s', (_name, breakIt, mendIt) => {
  it('bans stay in force, changes are refused, and all is well afterwards', async () => {
    await start();
    const app = await start();
    await admin(app, 'PUT', '/192.0.2.1');
    await client.save();
    await breakIt();
    await expect.poll(() => app.guards.counts.banStoreFailures).toBeGreaterThan(1);
    expect([await visit(app), await visit(app, '192.0.2.2')]).toEqual([403, 200]);
    expect(await admin(app, 'PUT', '/192.0.2.2')).toBe(503);
    expect(await admin(app, 'GET')).toBe(200);
    await mendIt();
    await expect.poll(() => admin(app, 'PUT', '/192.0.2.3')).toBe(200);
    expect([await visit(app), await visit(app, '192.0.2.3')]).toEqual([403, 403]);
  });

  it('a worker starts all the same, and takes the bans when they can be read', async () => {
    await admin(await start(), 'PUT', '/192.0.2.1');
    await client.save();
    await breakIt();
    const app = await start();
    expect(await visit(app)).toBe(200);
    expect(app.guards.counts.banStoreFailures).toBeGreaterThan(0);
    await mendIt();
    await expect.poll(() => visit(app)).toBe(403);
  });
});

describe('a store', () => {
  it('that lost everything lifts no ban, and has them again after the next change', async () => {
    const app = await start();
    await admin(app, 'PUT', '/192.0.2.1');
    await client.flushall();
    await expect.poll(() => app.guards.counts.banStoreFailures).toBeGreaterThan(1);
    expect(await visit(app)).toBe(403);
    expect(await admin(app, 'PUT', '/192.0.2.2')).toBe(200);
    const later = await start();
    expect([await visit(later), await visit(later, '192.0.2.2')]).toEqual([403, 403]);
  });

  it('with something unreadable in it lifts no ban', async () => {
    const app = await start();
    await admin(app, 'PUT', '/192.0.2.1');
    await client.hset('lockstep:bans', { version: 'other', lists: '{"ban":["x"],"allow":[]}' });
    await expect.poll(() => app.guards.counts.banStoreFailures).toBeGreaterThan(1);
    expect(await visit(app)).toBe(403);
  });

  it('whose slow answer is older than a change does not undo it', async () => {
    const inner = createMemoryBanStore();
    const held = { isHolding: false, release: (): void => undefined };
    const slow: BanStore = {
      ...inner,
      async load(knownVersion) {
        const answer = await inner.load(knownVersion);
        // What a later poll brings would hide the mistake.
        if (held.isHolding) return knownVersion === undefined ? answer : 'unchanged';
        if (typeof answer !== 'object') return answer;
        held.isHolding = true;
        return new Promise((resolve) => {
          held.release = () => resolve(answer);
        });
      },
    };
    const app = await start(slow);
    await inner.save({ allow: [], ban: [{ range: '192.0.2.9/32' }] }, undefined);
    await expect.poll(() => held.isHolding).toBe(true);
    const change = admin(app, 'PUT', '/192.0.2.1');
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
    held.release();
    expect(await change).toBe(200);
    await setImmediate();
    expect([await visit(app), await visit(app, '192.0.2.9')]).toEqual([403, 403]);
  });
});

it('200 reloads of the lists under load give no wrong answer', async () => {
  const app = await start();
  const until = Date.now() + 3_600_000;
  const always = ['203.0.113.0/24', { range: '198.51.100.7', until: new Date(until).toISOString() }];
  app.guards.lists.replace({ ban: always });
  const state = { isDone: false };
  const answers = { right: 0, wrong: 0 };
  const clients = ['203.0.113.9', '198.51.100.7', '192.0.2.1', '2001:db8::1'].map(async (remoteAddress, index) => {
    while (!state.isDone) {
      const status = await visit(app, remoteAddress);
      if (status === (index < 2 ? 403 : 200)) answers.right += 1;
      else answers.wrong += 1;
      // `inject` alone would never let the event loop turn.
      await setImmediate();
    }
  });
  for (let round = 0; round < 200; round += 1) {
    const others = Array.from({ length: round }, (_, index) => `10.0.${round}.${index}`);
    app.guards.lists.replace({ ban: [...others, ...always] });
    if (round % 20 === 0) await admin(app, 'PUT', `/10.1.0.${round}`);
    await setImmediate();
  }
  state.isDone = true;
  await Promise.all(clients);
  expect(answers.wrong).toBe(0);
  expect(answers.right).toBeGreaterThan(200);
});
