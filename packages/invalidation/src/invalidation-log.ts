import type { Clock } from '@lockstep/core';

import type { InvalidationKey } from './invalidation-key.ts';

/**
 * Why a follower can no longer say what was invalidated. `trimmed`: entries that it had not read are gone.
 * `lost`: the log is not the one it was, because Redis restarted, failed over, or lost its tail.
 */
export type ResetReason = 'trimmed' | 'lost';

/** What to follow and what to do with it. Callbacks are called one after the other and must be synchronous. */
export interface FollowOptions {
  /** Hear what comes after this entry, or only what is published from now on. @default 'now' */
  readonly from?: string;
  /** Forget these keys. */
  readonly onInvalidate: (keys: string[], id: string) => void;
  /** Forget everything: invalidations were missed. What comes after is heard again. */
  readonly onReset: (reason: ResetReason) => void;
  /** A failed read, which is tried again, or an error that a callback threw. @default process.emitWarning */
  readonly onError?: ((error: Error) => void) | undefined;
  /** How often the follower makes sure that it has heard everything, in milliseconds. @default 500 */
  readonly heartbeatMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Closes the follower. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads a log from its own cursor, and knows whether it has heard everything. */
export interface Follower extends AsyncDisposable {
  /** The id of the last entry whose keys were handed over; `'0-0'` until it knows. Follow again `from` it later. */
  readonly cursor: string;
  /**
   * Milliseconds since a moment for which it knows that it has heard every invalidation that the log had taken by
   * then. Infinity before it knows one, and after `close()`.
   */
  horizonAgeMs(): number;
  /** Resolves when it first knows such a moment; rejects when the follower is closed before. */
  readonly ready: Promise<void>;
  /** Stops reading and closes the connection that the follower owns. Idempotent. */
  close(): Promise<void>;
}

/** What bounds a publish. */
export interface PublishOptions {
  /** Stops waiting. What was sent stays sent. */
  readonly signal?: AbortSignal | undefined;
}

/** An ordered log of keys that holders of copies must forget. */
export interface InvalidationLog extends AsyncDisposable {
  /**
   * Resolves with the id of the entry once the log has it: call it after the commit of the data. After a
   * rejection nobody knows whether the log has it; publishing again is harmless.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT, ERR_INVALIDATION_UNAVAILABLE or ERR_INVALIDATION_CLOSED.
   * @throws RangeError or TypeError for an empty list or a bad key, and the signal's reason.
   */
  publish(keys: readonly InvalidationKey[], options?: PublishOptions): Promise<string>;
  /**
   * Starts a follower.
   *
   * @throws InvalidationError ERR_INVALIDATION_CLOSED. RangeError for a bad `from` or `heartbeatMs`.
   */
  follow(options: FollowOptions): Follower;
  /** Waits for publishes under way, then closes the followers. The client it was given stays open. Idempotent. */
  close(): Promise<void>;
}
