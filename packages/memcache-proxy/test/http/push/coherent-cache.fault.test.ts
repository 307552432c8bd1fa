import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createRedisLog, type InvalidationLog } from '@lockstep/invalidation';
import { startRedis } from '@lockstep/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

import { memcacheChanges } from '../../../src/http/push/memcache-changes.ts';

function openLog(port: number): InvalidationLog {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  const log = createRedisLog({ client, namespace: 'coherent', timeoutMs: 500 });
  onTestFinished(async () => {
    await log.close();
    client.disconnect();
  });
  return log;
}

/** Where values come from: what is committed is what it says at that moment. */
async function startOrigin(truth: ReadonlyMap<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    response.end(truth.get(decodeURIComponent(request.url!.slice(1))) ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function startProxy(log: InvalidationLog, port: number): Promise<FastifyInstance> {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(memcacheChanges, { log, drainMs: 500, heartbeatMs: 100, onError: () => {} });
  await app.listen({ host: '127.0.0.1', port });
  return app;
}

interface Answer {
  readonly id: number;
  readonly value: string;
  readonly from: 'cache' | 'origin';
  readonly isInStep: boolean;
  readonly reset: number;
  readonly connected: number;
}

/** The process of `coherent-cache.mjs`. */
interface CacheProcess {
  /** What it serves for a key; without one, how it is. */
  readonly ask: (key?: string) => Promise<Answer>;
}

function startCache(changesUrl: string, originUrl: string): CacheProcess {
  const child = fork(new URL('coherent-cache.mjs', import.meta.url), [changesUrl, originUrl]);
  onTestFinished(() => child.disconnect());
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return {
    ask: (key) =>
      new Promise((resolve) => {
        const id = ++asked;
        waiting.set(id, resolve);
        child.send({ id, key });
      }),
  };
}

it('keeps the cache of a process without Lockstep in step, through restarts of the proxy and of Redis', async () => {
  await using redis = await startRedis({ appendonly: true });
  const keys = Array.from({ length: 30 }, (_, index) => `user:${index}`);
  const truth = new Map(keys.map((key) => [key, 'v0']));
  const writer = openLog(redis.port);
  const commit = async (key: string, value: string): Promise<void> => {
    truth.set(key, value);
    await expect.poll(() => writer.publish([key]).then(Boolean, () => false)).toBe(true);
  };

  let app = await startProxy(openLog(redis.port), 0);
  const { port } = app.server.address() as AddressInfo;
  const { ask } = startCache(`http://127.0.0.1:${port}/v1/changes?prefix=user:`, await startOrigin(truth));
  const inStep = (): Promise<unknown> => expect.poll(async () => (await ask()).isInStep).toBe(true);
  const allCached = async (): Promise<void> => {
    await expect
      .poll(async () => (await Promise.all(keys.map((key) => ask(key)))).every(({ from }) => from === 'cache'))
      .toBe(true);
  };
  /** Everything that it serves from its cache is the truth. */
  const isRight = async (): Promise<void> => {
    const answers = await Promise.all(keys.map((key) => ask(key)));
    expect(answers.map(({ value }) => value)).toEqual(keys.map((key) => truth.get(key)));
  };

  await inStep();
  await allCached();
  for (const key of keys.slice(0, 10)) await commit(key, 'v1');
  await expect.poll(async () => (await ask(keys[9])).value).toBe('v1');
  await allCached();
  await isRight();

  // The proxy is away while keys change: the process resumes where it was.
  const resets = (await ask()).reset;
  await app.close();
  for (const key of keys.slice(10, 20)) await commit(key, 'v2');
  await expect.poll(async () => (await ask()).isInStep).toBe(false);
  app = await startProxy(openLog(redis.port), port);
  await inStep();
  await isRight();
  expect((await ask()).reset).toBe(resets);
  await allCached();

  // Redis is away, and comes back as another process: it is told to forget everything.
  await redis.kill();
  await redis.restart({ keepData: true });
  for (const key of keys.slice(20)) await commit(key, 'v3');
  await expect.poll(async () => (await ask()).reset).toBe(resets + 1);
  await expect.poll(async () => (await ask(keys[29])).value).toBe('v3');
  await inStep();
  await isRight();
  await allCached();
  await isRight();
});
