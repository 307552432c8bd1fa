import type { CachePeer, OpenPeer } from '../cache/peers/cache-peer.ts';
import type { Delivery } from './delivery.ts';

const ttlMs = 3_600_000;
const maxEntries = 100_000;
/** Reads that do not wait for each other. */
const atOnce = 100;

/**
 * A whole cache library: `invalidate` in one process, and the entry gone in another that held it. One follower to a
 * process, as an app has it.
 */
export function libraryDelivery(name: string, load: () => Promise<CachePeer>): Delivery {
  return {
    name,
    async openPublisher(redisUrl) {
      const library = await load();
      const cache = await library.open({ redisUrl, ttlMs, maxEntries });
      return {
        hold: (keys) => hold(cache, keys),
        publish: async (key) => cache.invalidate(key),
        [Symbol.asyncDispose]: () => cache.close(),
      };
    },
    async follow(redisUrl, onKey) {
      const library = await load();
      const cache = await library.open({ redisUrl, ttlMs, maxEntries, onEvicted: onKey });
      return {
        hold: (keys) => hold(cache, keys),
        [Symbol.asyncDispose]: () => cache.close(),
      };
    },
  };
}

async function hold(cache: OpenPeer, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += atOnce) {
    const some = keys.slice(from, from + atOnce);
    await Promise.all(some.map((key) => cache.get(key, () => Promise.resolve({ version: 1 }))));
  }
}
