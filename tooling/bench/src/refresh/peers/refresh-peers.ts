import { bentocacheRedis, bentocacheTiered } from './bentocache-swr.ts';
import { cacheManagerRedis, cacheManagerTiered } from './cache-manager-swr.ts';
import { lockstepRedis, lockstepTiered } from './lockstep-refresh.ts';
import type { RefreshPeer } from './refresh-peer.ts';

/** Those that read Redis each time; Lockstep first. */
export const redisPeers: readonly [RefreshPeer, ...RefreshPeer[]] = [lockstepRedis, bentocacheRedis, cacheManagerRedis];

/** Those that remember in the process what they read; Lockstep first. */
export const tieredPeers: readonly [RefreshPeer, ...RefreshPeer[]] = [
  lockstepTiered,
  bentocacheTiered,
  cacheManagerTiered,
];

/** Everybody who serves stale data while it is loaded anew. */
export const refreshPeers: readonly RefreshPeer[] = [...redisPeers, ...tieredPeers];
