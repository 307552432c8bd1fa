import { once } from 'node:events';

import { systemClock } from '@lockstep/core';
import { createRedisLog } from '@lockstep/invalidation';
import { describe, expect, it } from 'vitest';

import { redisTier } from '../../src/shared/redis-tier.ts';
import { setupRedis } from './redis-lab.ts';
import { openSession, put, textAt } from '../../src/conformance/tier-session.ts';

const redis = setupRedis();

describe("redisTier() beside a log with onFailover: 'trust'", () => {
  it('goes on reading and filling when another process has come up with the data', async () => {
    const client = redis.connect();
    await using log = createRedisLog({ client, namespace: redis.namespace, onFailover: 'trust' });
    expect(log.onFailover).toBe('trust');
    const session = await openSession(log, redisTier());
    const epoch = session.follower.epoch(0);
    expect(await put(session, 'k', '1')).toBe(true);
    await client.call('SAVE');
    await redis.server.kill();
    await redis.server.restart();
    await expect.poll(() => textAt(session, 'k').catch(() => undefined)).toBe('1');
    expect(await put(session, 'j', '2')).toBe(true);
    expect(await textAt(session, 'j')).toBe('2');
    expect(session.follower.epoch(0)).toBe(epoch);
  });
});

describe('plain reads of redisTier()', () => {
  it('believe no value of an old epoch over a connection on which the next epoch was seen', async () => {
    const client = redis.connect();
    const log = redis.log({ client });
    const session = await openSession(log, redisTier());
    expect(await put(session, 'k', '1')).toBe(true);
    // A process that has not heard yet of what happens now.
    const epoch = session.follower.epoch(0);
    const follower = { epoch: () => epoch, sequence: () => 0 };
    const onError = (): void => undefined;
    const store = redisTier().open({ log, follower, clock: systemClock, random: Math.random, onError });
    expect(await store.get('k', { timeoutMs: 1000 })).toMatchObject({ bytes: '1' });
    // Redis comes back with old data, and somebody begins the next epoch.
    await client.call('HSET', log.keys.state(0), 'e', 'ffffffff');
    const isBack = once(client, 'ready');
    client.disconnect(true);
    await isBack;
    expect(await store.get('k', { timeoutMs: 1000 })).toBeUndefined();
    expect(await store.get('k', { timeoutMs: 1000 })).toBeUndefined();
    await store.close();
  });
});
