/** Counters since the start of the cache. They only grow. */
export interface CacheStats {
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
  /** Keys that were heard invalidated. */
  keysHeard: number;
  /** How often everything was forgotten. */
  resets: number;
  /** Calls of the shared tier that failed. */
  sharedErrors: number;
}

/** All zero. */
export function createStats(): CacheStats {
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
    keysHeard: 0,
    resets: 0,
    sharedErrors: 0,
  };
}
