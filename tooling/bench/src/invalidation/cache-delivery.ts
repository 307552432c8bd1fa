import { subscribe } from 'node:diagnostics_channel';

import { createCache, type HeardMessage, redisTier } from '@lockstep/cache';
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import type { Delivery } from './delivery.ts';

/** Ours, whole: `cache.invalidate` in one process, and the entry gone in another. One follower to a process. */
export const cacheDelivery: Delivery = {
  name: '@lockstep/cache',
  async openPublisher(redisUrl) {
    const { cache, close } = await openCache(redisUrl);
    return { publish: (key) => cache.invalidate(key), [Symbol.asyncDispose]: close };
  },
  async follow(redisUrl, onKey) {
    const { close } = await openCache(redisUrl);
    // Told after the entry has been dropped.
    subscribe('lockstep:cache:heard', (message) => (message as HeardMessage).keys.forEach(onKey));
    return { [Symbol.asyncDispose]: close };
  },
};

async function openCache(redisUrl: string) {
  const client = new Redis(redisUrl);
  const log = createRedisLog({ client, namespace: 'bench-cache' });
  const cache = createCache({ log, shared: redisTier(), onError: () => {} });
  await cache.ready;
  const close = async (): Promise<void> => {
    await cache.close();
    await log.close();
    client.disconnect();
  };
  return { cache, close };
}
