import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { CacheableMemory, Keyv } from 'cacheable';

import type { RefreshPeer } from './refresh-peer.ts';

/** cache-manager with a `refreshThreshold`. */
function cacheManagerSwr(name: string, hasMemory: boolean): RefreshPeer {
  return {
    name,
    async open({ redisUrl, ttlMs, refreshBelowMs, load }) {
      const shared = new Keyv({ store: new KeyvRedis<unknown>(redisUrl) });
      // Keyv emits what its store reports; a broken connection would end the process otherwise.
      shared.on('error', () => {});
      const stores = hasMemory ? [new Keyv({ store: new CacheableMemory() }), shared] : [shared];
      const cache = createCache({ stores, ttl: ttlMs, refreshThreshold: refreshBelowMs });
      return {
        read: (id) => cache.wrap(id, () => load(id)),
        async close() {
          await cache.disconnect();
        },
      };
    },
  };
}

/** Everything from Redis. */
export const cacheManagerRedis: RefreshPeer = cacheManagerSwr('cache-manager, Redis', false);
/** With its memory before Redis. */
export const cacheManagerTiered: RefreshPeer = cacheManagerSwr('cache-manager, memory and Redis', true);
