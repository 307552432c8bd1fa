import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { lockPeers } from '../../src/lock/peers/lock-peers.ts';

const key = 'peers';

describe.each(lockPeers.map((peer) => [peer.name, peer] as const))('%s', (_, peer) => {
  it('lets one work at a time, under the name that it says it has in Redis', async () => {
    await using redis = await startRedis();
    const settings = { redisUrl: redis.url, ttlMs: 10_000 };
    const here = await peer.open(settings);
    const there = await peer.open(settings);
    const client = new Redis(redis.url);
    const done: string[] = [];
    try {
      let second: Promise<void> | undefined;
      await here.hold(key, async ({ isHeld }) => {
        expect(isHeld()).toBe(true);
        expect(await client.pttl(peer.nameInRedis(key))).toBeGreaterThan(0);
        second = there.hold(key, async () => void done.push('second'));
        // It has asked by then, and a lock that let it in would have.
        await here.acquire('another').then((release) => release());
        done.push('first');
      });
      await second;
      expect(done).toEqual(['first', 'second']);
      expect(await client.exists(peer.nameInRedis(key))).toBe(0);
    } finally {
      client.disconnect();
      await here.close();
      await there.close();
    }
  });
});
