import type { RedisClient } from '@lockstep/core';
import { startFaultProxy } from '@lockstep/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { setupRedis } from '../redis-setup.ts';

const redis = setupRedis();

describe('a publish', () => {
  it('goes over a connection of its own when the client it was given hangs, and over no other after that', async () => {
    const proxy = await startFaultProxy({ to: redis.server });
    onTestFinished(() => proxy.close());
    const hanging = redis.connect(proxy.port);
    await hanging.ping();
    const own: Redis[] = [];
    const behind: RedisClient = {
      call: (command, ...args) => hanging.call(command, ...args),
      callBuffer: (command, ...args) => hanging.callBuffer(command, ...args),
      duplicate: () => {
        const made = redis.connect();
        own.push(made);
        return made;
      },
    };
    const log = createRedisLog({ client: behind, namespace: redis.namespace(), timeoutMs: 100 });
    proxy.halfOpen();
    const first = await log.publish(['a']).catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 'ERR_INVALIDATION_TIMEOUT' });
    await expect.poll(() => log.publish(['b']).then(String, () => 'refused'), { timeout: 5000 }).toMatch(/-1$/);
    expect(await log.publish(['c'], { everywhere: true })).toMatch(/-2$/);
    expect(await log.clear()).toMatch(/-1$/);
    expect(own).toHaveLength(1);
    await log.close();
    await expect.poll(() => own[0]!.status).toBe('end');
  });
});
