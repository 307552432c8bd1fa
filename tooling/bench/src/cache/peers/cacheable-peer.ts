import KeyvRedis from '@keyv/redis';
import { Cacheable, KeyvCacheableMemory } from 'cacheable';

import type { CachePeer } from './cache-peer.ts';
import { createRedisMessages } from './redis-messages.ts';

/** cacheable: memory, Redis and its sync, which sends keys and values over pub/sub. */
export const cacheablePeer: CachePeer = {
  name: 'cacheable',
  async open({ redisUrl, ttlMs, maxEntries }) {
    const messages = await createRedisMessages(redisUrl);
    const secondary = new KeyvRedis<unknown>(redisUrl);
    const cache = new Cacheable({
      primary: new KeyvCacheableMemory({ lruSize: maxEntries }),
      secondary,
      ttl: ttlMs,
      sync: { qified: messages },
    });
    return {
      get: (key, load) => cache.getOrSet(key, load),
      invalidate: (key) => cache.delete(key),
      async close() {
        await cache.disconnect();
        await messages.disconnect();
      },
    };
  },
};
