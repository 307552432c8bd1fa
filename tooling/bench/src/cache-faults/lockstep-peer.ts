import { createCache, redisTier } from '@lockstep/cache';
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import type { CachePeer } from '../cache/peers/cache-peer.ts';

/** Ours, with its defaults: the log and the shared tier in one Redis. */
export const lockstepPeer: CachePeer = {
  name: '@lockstep/cache',
  async open({ redisUrl, ttlMs, maxEntries }) {
    const client = new Redis(redisUrl);
    // It reconnects by itself.
    client.on('error', () => {});
    const log = createRedisLog({ client, namespace: 'bench' });
    const cache = createCache({ log, shared: redisTier(), maxEntries, onError: () => {} });
    await cache.ready;
    return {
      get: (key, load) => cache.getOrSet(key, load, { ttlMs }),
      invalidate: (key) => cache.invalidate(key),
      async close() {
        await cache.close();
        await log.close();
        client.disconnect();
      },
    };
  },
};
