/** What became of the calls of a backend, or of one class, since it was made. */
export interface BackendCounts {
  /** Keys that were asked for. */
  readonly reads: number;
  readonly hits: number;
  readonly misses: number;
  /** Writes that were asked for. */
  readonly writes: number;
  /** Keys that could not be read, and writes that failed. */
  readonly failures: number;
  /** Deletes that no pool confirmed and that the spool took. */
  readonly spooled: number;
}

/** The counts of a backend: in all, and of each class by its prefix, `''` for the keys of no class. */
export interface BackendStats extends BackendCounts {
  readonly classes: ReadonlyMap<string, BackendCounts>;
}

/** Counts. Plain numbers, as they are on the way of every read. */
export class Tally implements BackendCounts {
  reads = 0;
  hits = 0;
  misses = 0;
  writes = 0;
  failures = 0;
  spooled = 0;

  snapshot(): BackendCounts {
    const { reads, hits, misses, writes, failures, spooled } = this;
    return { reads, hits, misses, writes, failures, spooled };
  }
}
