import type { FollowerStats } from '@lockstep/invalidation';

/** Counters since the start of the cache. They only grow. */
export interface CacheCounters {
  /** Reads answered by this process. */
  localHits: number;
  /** Reads answered by the shared tier. */
  sharedHits: number;
  /** Reads that found nothing fresh in this process. */
  localMisses: number;
  /** Calls of loaders; one call of `loadMany` is one. */
  loads: number;
  loadsFailed: number;
  loadsTimedOut: number;
  /** Loads that were not started because too many were under way. */
  loadsRefused: number;
  /** Values that were not kept, because they may be older than an invalidation or a write was under way. */
  fillsRefused: number;
  /** Background loads before the end of the time to live. */
  refreshes: number;
  /** Stale values that were served: grace, soft timeout, `staleWhileLoading`, `whenPartitioned: 'stale'`. */
  staleServed: number;
  /** Reads that began while the log had not been heard for `maxStalenessMs`. */
  partitionedReads: number;
  /** Invalidations of this process that the log confirmed, and that it did not confirm at first. */
  invalidations: number;
  invalidationsFailed: number;
  /** Entries of this process in the log that it heard itself within `sharedTimeoutMs`: all but some. */
  invalidationsHeard: number;
  /** For how long it waited for them after the log had confirmed each, in milliseconds, all together. */
  invalidationLagMs: number;
  /** Keys that were heard invalidated. */
  keysHeard: number;
  /** How often everything was forgotten. */
  resets: number;
  /** Calls of the shared tier that failed. */
  sharedErrors: number;
}

/** What a cache and its follower of the log have counted. */
export interface CacheStats extends Readonly<CacheCounters> {
  /** Entries, gaps, resets by reason, leases lost (of `maxStalenessMs`), and how far behind this process is. */
  readonly log: FollowerStats;
}

/** All zero. */
export function createCounters(): CacheCounters {
  return {
    localHits: 0,
    sharedHits: 0,
    localMisses: 0,
    loads: 0,
    loadsFailed: 0,
    loadsTimedOut: 0,
    loadsRefused: 0,
    fillsRefused: 0,
    refreshes: 0,
    staleServed: 0,
    partitionedReads: 0,
    invalidations: 0,
    invalidationsFailed: 0,
    invalidationsHeard: 0,
    invalidationLagMs: 0,
    keysHeard: 0,
    resets: 0,
    sharedErrors: 0,
  };
}
