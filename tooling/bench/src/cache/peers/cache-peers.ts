import { asyncCacheDedupeMemoryPeer, asyncCacheDedupePeer } from './async-cache-dedupe-peer.ts';
import { bentocachePeer } from './bentocache-peer.ts';
import { cacheManagerPeer } from './cache-manager-peer.ts';
import type { CachePeer } from './cache-peer.ts';
import { cacheablePeer } from './cacheable-peer.ts';
import { nodeRedisPeer } from './node-redis-peer.ts';
import { pubsubPeer } from './pubsub-peer.ts';

/** Every cache library that Lockstep is compared with. */
export const cachePeers: readonly CachePeer[] = [
  bentocachePeer,
  cacheablePeer,
  cacheManagerPeer,
  asyncCacheDedupePeer,
  asyncCacheDedupeMemoryPeer,
  nodeRedisPeer,
  pubsubPeer,
];
