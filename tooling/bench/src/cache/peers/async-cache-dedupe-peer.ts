import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';

import type { CachePeer, OpenPeer } from './cache-peer.ts';

type Options = NonNullable<Parameters<typeof createCache>[0]>;

interface Call {
  readonly key: string;
  readonly load: () => Promise<unknown>;
}

/** The library calls one function that is defined beforehand, so the loader of a call travels in its argument. */
function openWith(options: Options, close: () => Promise<void>): OpenPeer {
  const cache = createCache(options).define(
    'value',
    { serialize: ({ key }: Call) => key, references: ({ key }: Call) => [key] },
    ({ load }: Call): Promise<unknown> => load(),
  );
  return {
    get: (key, load) => cache.value({ key, load }),
    invalidate: (key) => cache.invalidateAll(key),
    close,
  };
}

/** async-cache-dedupe in Redis alone: what its documentation advises for several processes. */
export const asyncCacheDedupePeer: CachePeer = {
  name: 'async-cache-dedupe, Redis',
  withBus: false,
  async open({ redisUrl, ttlMs }) {
    const client = new Redis(redisUrl);
    client.on('error', () => {});
    const ttl = Math.ceil(ttlMs / 1000);
    const storage = { type: 'redis' as const, options: { client, invalidation: { referencesTTL: ttl } } };
    return openWith({ ttl, storage }, async () => client.disconnect());
  },
};

/** async-cache-dedupe in the memory of the process alone. It has no bus. */
export const asyncCacheDedupeMemoryPeer: CachePeer = {
  name: 'async-cache-dedupe, memory',
  withBus: false,
  async open({ ttlMs, maxEntries }) {
    const storage = { type: 'memory' as const, options: { size: maxEntries, invalidation: true } };
    return openWith({ ttl: Math.ceil(ttlMs / 1000), storage }, async () => {});
  },
};
