import type { Clock } from '@lockstep/core';

import type { QuorumLease } from './quorum-lease.ts';

/** How a quorum lock is acquired. */
export interface QuorumAcquireOptions {
  /** For how long, in ms, it stays with a holder that is not heard of any more. @default that of the locks */
  readonly ttlMs?: number;
  /** For how long to wait for it, in ms. @default 30_000 */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What quorum locks are bound by. */
export interface QuorumLocksOptions {
  /** @default 'lkq' */
  readonly prefix?: string;
  /** @default 10_000 */
  readonly ttlMs?: number;
  /** How long one node may take to answer, in ms. @default the smaller of 50 and a twentieth of the period */
  readonly nodeTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** Locks over independent masters, for efficiency only: see `createQuorumLocks`. */
export interface QuorumLocks extends AsyncDisposable {
  /**
   * @throws LockError `ERR_LOCK_TIMEOUT`: another had it all the time. `ERR_LOCK_UNAVAILABLE`: too few nodes answered at
   *   the last attempt. `ERR_LOCK_CLOSED`. Or the signal's reason.
   */
  acquire(key: string, options?: QuorumAcquireOptions): Promise<QuorumLease>;
  /** Undefined when another has it, or somebody else tried at the same moment. Throws as `acquire` does. */
  tryAcquire(key: string, options?: Omit<QuorumAcquireOptions, 'waitMs'>): Promise<QuorumLease | undefined>;
  /** Runs the section under the lock, gives it back when the section has settled, and settles as the section did. */
  withLock<T>(key: string, section: (lease: QuorumLease) => T | PromiseLike<T>): Promise<T>;
  withLock<T>(
    key: string,
    options: QuorumAcquireOptions,
    section: (lease: QuorumLease) => T | PromiseLike<T>,
  ): Promise<T>;
  /** Ends all leases with `ERR_LOCK_CLOSED` and gives them back. Idempotent. */
  close(): Promise<void>;
}
