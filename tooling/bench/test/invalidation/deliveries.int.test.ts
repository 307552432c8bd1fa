import { startRedis } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { cachePeers } from '../../src/cache/peers/cache-peers.ts';
import { lockstepCache, otherCaches } from '../../src/invalidation/deliveries.ts';

const keys = ['a', 'b', 'c'];
const pace = { heartbeatMs: 500 };

it('measures the evictions of every library with a bus', () => {
  const withBus = cachePeers.filter((peer) => peer.withBus);
  expect(otherCaches.map(({ name }) => name)).toEqual(withBus.map(({ name }) => name));
});

describe.each([lockstepCache, ...otherCaches].map((delivery) => [delivery.name, delivery] as const))(
  'a follower with %s',
  (_, delivery) => {
    it('hears of a key that it holds when another process invalidates it, and of no other', async () => {
      await using redis = await startRedis();
      await using publisher = await delivery.openPublisher(redis.url);
      // Of ours both sides tell here, since both are in this process.
      const heard = new Set<string>();
      await using follower = await delivery.follow(redis.url, (key) => heard.add(key), pace);
      await publisher.hold!(keys);
      await follower.hold!(keys);
      heard.clear();
      await publisher.publish('b');
      await publisher.publish('a');
      await expect.poll(() => [...heard]).toEqual(['b', 'a']);
    });
  },
);
