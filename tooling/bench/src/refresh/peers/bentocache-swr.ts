import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

import { hostAndPort } from '../../cache/peers/cache-peer.ts';
import type { RefreshPeer } from './refresh-peer.ts';

/** bentocache with a grace period and a soft timeout of 0, its stale-while-revalidate. */
function bentocacheSwr(name: string, hasMemory: boolean): RefreshPeer {
  return {
    name,
    async open({ redisUrl, ttlMs, refreshBelowMs, load }) {
      const connection = hostAndPort(redisUrl);
      const empty = hasMemory ? bentostore().useL1Layer(memoryDriver({})) : bentostore();
      const store = empty.useL2Layer(redisDriver({ connection })).useBus(redisBusDriver({ connection }));
      const cache = new BentoCache({ default: 'shared', stores: { shared: store } });
      // It has no threshold: what is served during the grace period is what others serve while it is still fresh.
      const options = { ttl: ttlMs - refreshBelowMs, grace: 10 * ttlMs, timeout: 0 };
      return {
        read: (id) => cache.getOrSet({ key: id, factory: () => load(id), ...options }),
        close: () => cache.disconnectAll(),
      };
    },
  };
}

/** Everything from Redis. */
export const bentocacheRedis: RefreshPeer = bentocacheSwr('bentocache, Redis', false);
/** With its memory before Redis. */
export const bentocacheTiered: RefreshPeer = bentocacheSwr('bentocache, memory and Redis', true);
