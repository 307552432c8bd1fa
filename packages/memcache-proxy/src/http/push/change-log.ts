/** Why everything must be forgotten: entries were missed, or everything was invalidated. */
export type ChangeLogGap = 'trimmed' | 'lost' | 'cleared';

/** What else an entry of the log says. */
export interface ChangeLogEntry {
  /** Keys in bytes that are not UTF-8. */
  readonly binaryKeys: readonly Buffer[];
  readonly tags: readonly string[];
}

/** What a follower of the log is started with. The callbacks are synchronous. */
export interface ChangeLogFollowOptions {
  /** Hear what comes after this entry. Without it, what comes from now on. */
  readonly from?: string;
  /** How often the log is asked for what was not pushed, and so how old the horizon grows. */
  readonly heartbeatMs?: number;
  readonly onInvalidate: (keys: string[], id: string, entry: ChangeLogEntry) => void;
  readonly onReset: (reason: ChangeLogGap) => void;
  readonly onError?: ((error: Error) => void) | undefined;
}

/** One who follows the log. */
export interface ChangeLogFollower {
  /** The id of the last entry that was handed over. */
  readonly cursor: string;
  /** Milliseconds since a moment for which everything was heard. Infinity when there is none. */
  horizonAgeMs(): number;
  /** Resolves when there is such a moment. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** The calls that `memcacheChanges` makes on an invalidation log; that of `@lockstep/invalidation` has them. */
export interface ChangeLog {
  follow(options: ChangeLogFollowOptions): ChangeLogFollower;
}
