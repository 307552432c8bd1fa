import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

import { type CachePeer, hostAndPort } from './cache-peer.ts';

/** bentocache: memory, Redis and a bus over pub/sub; values are JSON in both tiers, as by default. */
export const bentocachePeer: CachePeer = {
  name: 'bentocache',
  async open({ redisUrl, ttlMs, maxEntries }) {
    const connection = hostAndPort(redisUrl);
    const store = bentostore()
      .useL1Layer(memoryDriver({ maxItems: maxEntries }))
      .useL2Layer(redisDriver({ connection }))
      .useBus(redisBusDriver({ connection }));
    const cache = new BentoCache({ default: 'shared', stores: { shared: store }, ttl: ttlMs });
    return {
      get: (key, load) => cache.getOrSet({ key, factory: load }),
      invalidate: (key) => cache.delete({ key }),
      close: () => cache.disconnectAll(),
    };
  },
};
