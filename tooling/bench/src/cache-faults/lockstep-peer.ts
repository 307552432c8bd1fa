import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { createCache, type HeardMessage, redisTier } from '@lockstep/cache';
import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import type { CachePeer } from '../cache/peers/cache-peer.ts';

const heard = 'lockstep:cache:heard';

/** Ours, with its defaults: the log and the shared tier in one Redis. */
export const lockstepPeer: CachePeer = {
  name: '@lockstep/cache',
  withBus: true,
  async open({ redisUrl, ttlMs, maxEntries, onEvicted }) {
    const client = new Redis(redisUrl);
    // It reconnects by itself.
    client.on('error', () => {});
    const log = createRedisLog({ client, namespace: 'bench' });
    const cache = createCache({ log, shared: redisTier(), maxEntries, onError: () => {} });
    // Told after the entries have been dropped.
    const onHeard = (message: unknown): void => (message as HeardMessage).keys.forEach((key) => onEvicted?.(key));
    if (onEvicted !== undefined) subscribe(heard, onHeard);
    await cache.ready;
    return {
      get: (key, load) => cache.getOrSet(key, load, { ttlMs }),
      invalidate: (key) => cache.invalidate(key),
      async close() {
        unsubscribe(heard, onHeard);
        await cache.close();
        await log.close();
        client.disconnect();
      },
    };
  },
};
