/** What a gateway has counted since it was made. */
export interface GatewayStats {
  /** Reads that were asked for; each ends in one of the next four. */
  readonly reads: number;
  readonly fresh: number;
  readonly stale: number;
  readonly loaded: number;
  readonly failed: number;
  /** Reads that were answered from the memory of this process; they are counted as fresh, too. */
  readonly remembered: number;
  /** Reads that found nothing stored. */
  readonly missing: number;
  /** Entries that could not be read as what they were defined, and were loaded anew. */
  readonly unreadable: number;
  /** Calls of sources, under the lock of the key; and those made while the store or the locks were down, or too late. */
  readonly loads: number;
  readonly directLoads: number;
  readonly loadsFailed: number;
  /** Loads that were made again, because of an invalidation meanwhile. */
  readonly loadsRepeated: number;
  /** Loads that were not made, because too many were under way. */
  readonly loadsRefused: number;
  /** Missing entries that another process was already loading. */
  readonly waits: number;
  readonly waitsTimedOut: number;
  /** Refreshes asked for, those of them that were asked for already, and those that the queue did not take. */
  readonly asked: number;
  readonly askedKnown: number;
  readonly asksFailed: number;
  /** Calls of the store that failed. */
  readonly storeErrors: number;
  /** Entries that were stored and that the invalidation log was not told of. */
  readonly publishesFailed: number;
}

/** The same, to be counted up. */
export type GatewayCounters = { -readonly [K in keyof GatewayStats]: GatewayStats[K] };

/** All zero. */
export function createGatewayCounters(): GatewayCounters {
  return {
    reads: 0,
    fresh: 0,
    stale: 0,
    loaded: 0,
    failed: 0,
    remembered: 0,
    missing: 0,
    unreadable: 0,
    loads: 0,
    directLoads: 0,
    loadsFailed: 0,
    loadsRepeated: 0,
    loadsRefused: 0,
    waits: 0,
    waitsTimedOut: 0,
    asked: 0,
    askedKnown: 0,
    asksFailed: 0,
    storeErrors: 0,
    publishesFailed: 0,
  };
}
