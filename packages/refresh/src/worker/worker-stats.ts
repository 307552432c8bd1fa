/** What a worker has counted since it was made. */
export interface WorkerStats {
  /** Tasks by how they ended; those that failed are tried again. */
  readonly refreshed: number;
  readonly unchanged: number;
  readonly fresh: number;
  readonly busy: number;
  readonly disabled: number;
  readonly failed: number;
  /** Calls of sources. */
  readonly loads: number;
  /** Calls of sources that threw, took too long, or returned what is not of the shape. */
  readonly loadsFailed: number;
  /** Loads that were not stored because of an invalidation meanwhile, and were made again. */
  readonly superseded: number;
  /** Loads that were not stored because somebody with a newer lease was at it. */
  readonly outrun: number;
  /** Tasks that were dropped, because a load had just answered them. */
  readonly dropped: number;
  /** Tasks of a `single` source that were passed on, because this process does not lead it. */
  readonly passedOn: number;
  /** Keys that somebody else invalidated on the log, those of them that were expired here, and those that could not be. */
  readonly heard: number;
  readonly expired: number;
  readonly expiriesFailed: number;
  /** Entries that were stored and that the invalidation log was not told of. */
  readonly publishesFailed: number;
}

/** The same, to be counted up. */
export type WorkerCounters = { -readonly [K in keyof WorkerStats]: WorkerStats[K] };

/** All zero. */
export function createWorkerCounters(): WorkerCounters {
  return {
    refreshed: 0,
    unchanged: 0,
    fresh: 0,
    busy: 0,
    disabled: 0,
    failed: 0,
    loads: 0,
    loadsFailed: 0,
    superseded: 0,
    outrun: 0,
    dropped: 0,
    passedOn: 0,
    heard: 0,
    expired: 0,
    expiriesFailed: 0,
    publishesFailed: 0,
  };
}
