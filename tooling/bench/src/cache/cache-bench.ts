import { startRedis } from '@lockstep/testing';

import type { BenchCase, Surroundings } from '../harness/bench-case.ts';
import { bareGetAsync, lockstepGet, peerGet } from './async-hits.ts';
import { bareLru, bareLruWithExactTtl, bareLruWithTtl, bareMap, bareMapWithClock } from './bare-stores.ts';
import { lockstepHitRatio, lruHitRatio, type Pattern } from './hit-ratio.ts';
import { bareMemory, lockstepMemory } from './memory.ts';
import { asyncCacheDedupeMemoryPeer, asyncCacheDedupePeer } from './peers/async-cache-dedupe-peer.ts';
import type { CachePeer } from './peers/cache-peer.ts';
import { cachePeers } from './peers/cache-peers.ts';
import { bareRedis, lockstepShared, peerShared } from './shared-hits.ts';
import { bareGet, lockstepPeek } from './sync-hits.ts';

const nothing = (): Promise<Surroundings> =>
  Promise.resolve({ params: {}, pids: [], [Symbol.asyncDispose]: () => Promise.resolve() });

async function redis(): Promise<Surroundings> {
  const server = await startRedis();
  return {
    params: { redisUrl: server.url },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const stores = [bareMap, bareLru, bareLruWithTtl, bareLruWithExactTtl, bareMapWithClock];

function syncHits(count: number): BenchCase {
  return {
    bench: 'cache',
    case: `hit in the process, synchronous, ${count.toLocaleString('en-US')} keys`,
    unit: 'reads/s',
    higherIsBetter: true,
    shareProcess: true,
    prepare: nothing,
    subject: lockstepPeek(count),
    peers: stores.map((store) => bareGet(store, count)),
  };
}

/** One look at the clock for many hits: what lru-cache does by default, too, where entries have a time to live. */
function hitsByTurn(count: number): BenchCase {
  return {
    ...syncHits(count),
    case: `hit in the process, synchronous, a clock per turn, ${count.toLocaleString('en-US')} keys`,
    subject: lockstepPeek(count, { clockPer: 'turn' }),
    peers: [bareMap, bareLru, bareLruWithTtl].map((store) => bareGet(store, count)),
  };
}

function sharedHits(concurrency: number, peers: readonly CachePeer[]): BenchCase {
  return {
    bench: 'cache',
    case: `hit in the shared tier, ${concurrency} at a time`,
    unit: 'reads/s',
    higherIsBetter: true,
    prepare: redis,
    subject: lockstepShared(concurrency),
    peers: [bareRedis(concurrency), ...peers.map((peer) => peerShared(peer, concurrency))],
  };
}

function hitRatio(what: string, pattern: Pattern): BenchCase {
  return {
    bench: 'cache',
    case: `1,000 entries find of ${what}`,
    unit: '% of reads',
    higherIsBetter: true,
    prepare: nothing,
    subject: lockstepHitRatio(pattern),
    peers: [lruHitRatio(pattern)],
  };
}

/** async-cache-dedupe in Redis has nothing in the process. */
const withMemory = cachePeers.filter((peer) => peer !== asyncCacheDedupePeer);
const withRedis = cachePeers.filter((peer) => peer !== asyncCacheDedupeMemoryPeer);

/** Hits in the process and in Redis, and what an entry takes: ours against bare stores and other libraries. */
export const cacheCases: readonly BenchCase[] = [
  syncHits(1024),
  syncHits(16_384),
  syncHits(65_536),
  hitsByTurn(1024),
  hitsByTurn(16_384),
  hitsByTurn(65_536),
  {
    bench: 'cache',
    case: 'hit in the process, asynchronous, 1,024 keys',
    unit: 'reads/s',
    higherIsBetter: true,
    prepare: redis,
    subject: lockstepGet(1024),
    peers: [
      ...stores.slice(0, 3).map((store) => bareGetAsync(store, 1024)),
      ...withMemory.map((peer) => peerGet(peer, 1024)),
    ],
  },
  sharedHits(50, withRedis),
  sharedHits(1, []),
  {
    bench: 'cache',
    case: 'memory of one of 1,000,000 entries, with its id',
    unit: 'bytes',
    higherIsBetter: false,
    prepare: nothing,
    subject: lockstepMemory,
    peers: stores.slice(0, 3).map(bareMemory),
  },
  hitRatio('20,000 ids, the n-th in proportion to 1/n', 'popular'),
  hitRatio('the same, half of all reads being scans', 'scanned'),
  hitRatio('sessions that come and go', 'sessions'),
];
