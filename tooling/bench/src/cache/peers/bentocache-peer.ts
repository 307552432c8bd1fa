import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';

import { type CachePeer, hostAndPort } from './cache-peer.ts';

type Memory = ReturnType<typeof memoryDriver>;

/** bentocache: memory, Redis and a bus over pub/sub; values are JSON in both tiers, as by default. */
export const bentocachePeer: CachePeer = {
  name: 'bentocache',
  withBus: true,
  async open({ redisUrl, ttlMs, maxEntries, onEvicted }) {
    const connection = hostAndPort(redisUrl);
    const memory = memoryDriver({ maxItems: maxEntries });
    const store = bentostore()
      .useL1Layer(onEvicted === undefined ? memory : tellOfDeletes(memory, onEvicted))
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

/** Its own event, `bus:message:received`, comes before the delete. */
function tellOfDeletes(memory: Memory, onEvicted: (key: string) => void): Memory {
  return {
    ...memory,
    factory(config) {
      const driver = memory.factory(config);
      const forget = driver.delete.bind(driver);
      driver.delete = (key) => {
        const held = forget(key);
        if (held) onEvicted(key);
        return held;
      };
      return driver;
    },
  };
}
