import { expect, it } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { listenTo } from '../driver/conformance/process.ts';
import { setupRedis } from '../driver/redis-setup.ts';

const redis = setupRedis();

it('gives greater tokens than a server whose clock was ahead, and remembers them for a day', async () => {
  const client = redis.connect();
  await using a = listenTo(createRedisLockDriver({ client }));
  const key = redis.name();
  const fence = `{lk:lockstep:${key}}:f`;
  const ahead = (Date.now() + 60_000) * 1000;
  await client.set(fence, ahead);
  for (const token of [ahead + 1, ahead + 2]) {
    const { owner, reply } = await a.ask(key);
    expect(reply).toMatchObject({ kind: 'held', token });
    expect(Number(await client.get(fence))).toBe(token);
    await a.driver.release(key, owner, { timeoutMs: 5000 });
  }
  const leftMs = await client.pttl(fence);
  expect(leftMs).toBeGreaterThan(86_000_000);
});
