import { Redis } from 'ioredis-5';
import { LRUCache } from 'lru-cache';

import type { CachePeer } from './cache-peer.ts';
import { shareLoads } from './shared-loads.ts';

const channel = 'invalidated';

/** What one writes by hand: lru-cache, Redis, and a message on a channel for every key that changed. */
export const pubsubPeer: CachePeer = {
  name: 'lru-cache + pub/sub',
  withBus: true,
  async open({ redisUrl, ttlMs, maxEntries, onEvicted }) {
    const local = new LRUCache<string, object>({ max: maxEntries, ttl: ttlMs });
    const client = new Redis(redisUrl);
    const subscriber = client.duplicate();
    for (const one of [client, subscriber]) one.on('error', () => {});
    subscriber.on('message', (_, key: string) => {
      if (local.delete(key)) onEvicted?.(key);
    });
    await subscriber.subscribe(channel);
    const readOrLoad = shareLoads(async (key, load) => {
      const text = await client.get(key);
      const value = text === null ? await load() : (JSON.parse(text) as unknown);
      if (text === null) await client.set(key, JSON.stringify(value), 'PX', ttlMs);
      local.set(key, value as object);
      return value;
    });
    return {
      get(key, load) {
        const value = local.get(key);
        return value === undefined ? readOrLoad(key, load) : Promise.resolve(value);
      },
      async invalidate(key) {
        local.delete(key);
        await client.del(key);
        await client.publish(channel, key);
      },
      peek: (key) => local.get(key),
      async close() {
        subscriber.disconnect();
        client.disconnect();
      },
    };
  },
};
