import { BasicClientSideCache, createClient } from 'redis';

import type { CachePeer } from './cache-peer.ts';
import { shareLoads } from './shared-loads.ts';

/** node-redis with its client-side cache: Redis tells the client which keys changed. */
export const nodeRedisPeer: CachePeer = {
  name: 'node-redis client-side caching',
  withBus: true,
  async open({ redisUrl, ttlMs, maxEntries, onEvicted }) {
    const clientSideCache = new BasicClientSideCache({ ttl: ttlMs, maxEntries, evictPolicy: 'LRU' });
    // null stands for everything.
    clientSideCache.on('invalidate', (key: Buffer | string | null) => {
      if (key !== null) onEvicted?.(key.toString());
    });
    const client = createClient({ url: redisUrl, RESP: 3, clientSideCache });
    client.on('error', () => {});
    await client.connect();
    const bring = shareLoads(async (key, load) => {
      const value = await load();
      await client.set(key, JSON.stringify(value), { expiration: { type: 'PX', value: ttlMs } });
      return value;
    });
    return {
      async get(key, load) {
        const text = await client.get(key);
        return text === null ? bring(key, load) : (JSON.parse(text) as unknown);
      },
      invalidate: (key) => client.del(key),
      async close() {
        if (client.isOpen) client.destroy();
      },
    };
  },
};
