import type { RedisClient } from '@lockstep/core';
import { startFaultProxy } from '@lockstep/testing';
import { expect, it, onTestFinished } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis } from '../redis-setup.ts';

const redis = setupRedis();

const FOLLOWERS = 500;
/** So many of them get no pushes, and hear only what they ask for. */
const SLOW = 10;
const keys = Array.from({ length: 10 }, (_, i) => `key:${i}`);

it('is heard by each of 500 followers in order, and everywhere means all of them', async () => {
  const proxy = await startFaultProxy({ to: redis.server });
  onTestFinished(() => proxy.close());
  const options = { namespace: redis.namespace(), maxLeaseMs: 1000 };
  const client = redis.connect();
  const withoutPushes: RedisClient = {
    call: (command, ...args) => client.call(command, ...args),
    callBuffer: (command, ...args) => client.callBuffer(command, ...args),
    duplicate: () => redis.connect(proxy.port),
  };
  await using log = createRedisLog({ client: redis.connect(), ...options });
  await using fast = createRedisLog({ client, ...options });
  await using slow = createRedisLog({ client: withoutPushes, ...options });
  const heard = Array.from({ length: FOLLOWERS }, (_, i) =>
    record(i < SLOW ? slow : fast, { heartbeatMs: 250, leaseMs: 1000 }),
  );
  await Promise.all(heard.map(({ follower }) => follower.ready));
  proxy.halfOpen();
  for (const key of keys) await log.publish([key]);
  const last = await log.publish(['last'], { everywhere: true });
  // Whoever has a lease has passed it by now, or serves nothing.
  const behind = heard.filter(({ follower }) => follower.cursor !== last && follower.horizonAgeMs() < 1000);
  expect(behind).toHaveLength(0);
  await Promise.all(heard.map(({ follower }) => follower.caughtUpTo(last, { timeoutMs: 60_000 })));
  const all = [...keys, 'last'].join();
  expect(heard.filter((each) => each.keys.join() !== all || each.resets.length > 0)).toHaveLength(0);
  expect(await log.publish(['once more'], { everywhere: true })).toMatch(/-12$/);
});
