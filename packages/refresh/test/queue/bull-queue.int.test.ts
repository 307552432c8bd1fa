import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { queueConformance } from '../../src/conformance/queue-conformance.ts';
import { createBullQueue } from '../../src/queue/bullmq/index.ts';

let server: RedisServer;
let redis: Redis;
let places = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

describe('the queue on BullMQ', () => {
  it.each(queueConformance)('$name', async ({ run }) => {
    const prefix = `test-${places++}`;
    await run({ open: (settings) => createBullQueue({ ...settings, redis, prefix, callTimeoutMs: 10_000 }) });
    expect(redis.status).toBe('ready');
  });
});
