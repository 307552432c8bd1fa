import type { Clock } from '@lockstep/core';

import type { FollowerStats } from './follower-stats.ts';
import type { InvalidationKey } from './invalidation-key.ts';
import type { Passage } from './passage.ts';

/**
 * Why everything must be forgotten. `trimmed`: entries that the follower had not heard are gone. `lost`: the log is
 * not the one it was, because Redis restarted, failed over, or lost it. `cleared`: somebody cleared the namespace.
 */
export type ResetReason = 'trimmed' | 'lost' | 'cleared';

/** One entry of the log as a follower hears it. */
export interface Invalidation {
  /** The position after this entry, of the whole log: opaque, good for `from` and `caughtUpTo`. */
  readonly position: string;
  /** Which part of the log it belongs to, from 0. */
  readonly shard: number;
  /** The epoch of that shard, and the number of the entry in it. Numbers of one epoch have no gaps. */
  readonly epoch: string;
  readonly sequence: number;
  /** Keys that are text. */
  readonly keys: readonly string[];
  /** Keys in bytes that are not UTF-8. */
  readonly binaryKeys: readonly Buffer[];
  readonly tags: readonly string[];
  /** Who published, as said there. */
  readonly origin: string | undefined;
  readonly traceId: string | undefined;
}

/** What to follow and what to do with it. Callbacks are called one after the other and must be synchronous. */
export interface FollowOptions {
  /** Hear what comes after this position (`'0-0'`: after the beginning), or only what is published from now on. @default 'now' */
  readonly from?: string;
  /** Forget these keys, and what carries the entry's tags. */
  readonly onInvalidate: (keys: string[], position: string, entry: Invalidation) => void;
  /** Forget everything. What comes after is heard again. */
  readonly onReset: (reason: ResetReason) => void;
  /** A failed read, which is tried again, or an error that a callback threw. @default process.emitWarning */
  readonly onError?: ((error: Error) => void) | undefined;
  /** How often the follower makes sure that it has heard everything, in milliseconds. @default 500 */
  readonly heartbeatMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Closes the follower. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For how long after its horizon the holder goes on serving, in milliseconds. With it, a publish `everywhere`
   * waits for this follower. @default none: nobody waits for it
   */
  readonly leaseMs?: number | undefined;
  /** Holds back what this follower acknowledges, for a relay. Not for holders of copies. @default it acknowledges what it has applied */
  readonly passage?: Passage | undefined;
}

/** What bounds `Follower.caughtUpTo`. */
export interface CaughtUpOptions {
  readonly signal?: AbortSignal | undefined;
  /** @default 2000 */
  readonly timeoutMs?: number | undefined;
}

/** What bounds `Follower.sync`. */
export interface SyncOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Reads a log from its own cursor, and knows whether it has heard everything. */
export interface Follower extends AsyncDisposable {
  /** The position of the last entry that was handed over; `'0-0'` until it knows. Follow again `from` it later. */
  readonly cursor: string;
  /** The epoch of a shard; `''` before it knows. */
  epoch(shard: number): string;
  /** The number of the last entry of a shard that was applied; 0 before it knows. */
  sequence(shard: number): number;
  /**
   * Milliseconds since a moment for which it knows that it has heard every invalidation that the log had taken by
   * then; the time for which the machine was suspended counts. Infinity before it knows one, and after `close()`.
   */
  horizonAgeMs(): number;
  /** That moment on `clock.monotonic()`; -Infinity before it knows one, and after `close()`. Does not count suspension. */
  horizonAt(): number;
  /** What it has counted so far, and how far behind it is. */
  stats(): FollowerStats;
  /** Resolves when it first knows such a moment; rejects when the follower is closed before. */
  readonly ready: Promise<void>;
  /**
   * Resolves when this follower has passed `position`, which a publish anywhere returned: read your writes. Also
   * resolves when a reset has made the position moot.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT or ERR_INVALIDATION_CLOSED, RangeError for a bad position,
   *   and the signal's reason.
   */
  caughtUpTo(position: string, options?: CaughtUpOptions): Promise<void>;
  /**
   * Asks the log at once, and resolves when the horizon has moved past this call.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT, ERR_INVALIDATION_UNAVAILABLE or ERR_INVALIDATION_CLOSED, and
   *   the signal's reason.
   */
  sync(options?: SyncOptions): Promise<void>;
  /** Stops reading and closes the connection that the follower owns. Idempotent. */
  close(): Promise<void>;
}

/** What else a publish says, and how far it goes before it resolves. */
export interface PublishOptions {
  /** Stops waiting. What was sent stays sent. */
  readonly signal?: AbortSignal | undefined;
  /** Invalidates all that carries one of these tags. */
  readonly tags?: readonly string[] | undefined;
  /** Who publishes, for those who hear it. */
  readonly origin?: string | undefined;
  readonly traceId?: string | undefined;
  /** Resolve only when every live follower with a lease has passed it, or can no longer serve. @default false */
  readonly everywhere?: boolean | undefined;
  /**
   * How long all of it may take, in milliseconds.
   *
   * @default that of the log; with `everywhere`, in Redis its longest lease and 5000, over a relay and in memory 10_000
   */
  readonly timeoutMs?: number | undefined;
}

/** What bounds a clear. */
export type ClearOptions = Pick<PublishOptions, 'signal' | 'everywhere' | 'timeoutMs' | 'origin' | 'traceId'>;

/** An ordered log of keys that holders of copies must forget. */
export interface InvalidationLog extends AsyncDisposable {
  readonly namespace: string;
  /** How many parts it has. Each is ordered by itself. */
  readonly shards: number;
  /** The part that a key belongs to, from 0. Tags belong to part 0. */
  shardOf(key: string): number;
  /**
   * Resolves with the position after it once the log has it: call it after the commit of the data. After a
   * rejection nobody knows whether the log has it; publishing again is harmless. With tags, `keys` may be empty.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT (with `position` where the log has it and `everywhere` was not
   *   confirmed in time), ERR_INVALIDATION_UNAVAILABLE or ERR_INVALIDATION_CLOSED.
   * @throws RangeError or TypeError for an empty list or a bad key or tag, and the signal's reason.
   */
  publish(keys: readonly InvalidationKey[], options?: PublishOptions): Promise<string>;
  /** Invalidates the whole namespace: every follower is reset with `cleared`. Takes and throws what `publish` does. */
  clear(options?: ClearOptions): Promise<string>;
  /**
   * Starts a follower.
   *
   * @throws InvalidationError ERR_INVALIDATION_CLOSED. RangeError for a bad `from`, `heartbeatMs` or `leaseMs`.
   */
  follow(options: FollowOptions): Follower;
  /** Waits for publishes under way, then closes the followers. The client it was given stays open. Idempotent. */
  close(): Promise<void>;
}
