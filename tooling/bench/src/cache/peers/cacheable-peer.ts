import KeyvRedis from '@keyv/redis';
import { Cacheable, createKeyv, KeyvHooks } from 'cacheable';

import type { CachePeer } from './cache-peer.ts';
import { createRedisMessages } from './redis-messages.ts';

/** cacheable: memory, Redis and its sync, which sends keys and values over pub/sub. */
export const cacheablePeer: CachePeer = {
  name: 'cacheable',
  withBus: true,
  async open({ redisUrl, ttlMs, maxEntries, onEvicted }) {
    const messages = await createRedisMessages(redisUrl);
    const secondary = new KeyvRedis<unknown>(redisUrl);
    // What it makes for itself where none is given, with a bound.
    const primary = createKeyv({ lruSize: maxEntries });
    if (onEvicted !== undefined) {
      primary.hooks.addHandler(KeyvHooks.POST_DELETE, ({ key }: { readonly key: string }) => onEvicted(key));
    }
    const cache = new Cacheable({
      primary,
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
