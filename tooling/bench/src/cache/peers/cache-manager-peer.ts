import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { createKeyv, Keyv } from 'cacheable';

import type { CachePeer } from './cache-peer.ts';

/** cache-manager: memory and Redis. It has no bus. */
export const cacheManagerPeer: CachePeer = {
  name: 'cache-manager',
  withBus: false,
  async open({ redisUrl, ttlMs, maxEntries }) {
    const memory = createKeyv({ lruSize: maxEntries });
    const shared = new Keyv({ store: new KeyvRedis<unknown>(redisUrl) });
    // Keyv emits what its store reports; a broken connection would end the process otherwise.
    shared.on('error', () => {});
    const cache = createCache({ stores: [memory, shared], ttl: ttlMs });
    return {
      get: (key, load) => cache.wrap(key, load),
      invalidate: (key) => cache.del(key),
      async close() {
        await cache.disconnect();
      },
    };
  },
};
