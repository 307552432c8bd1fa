import type { AcquireOptions, SectionOptions } from './acquire-options.ts';
import type { LockInfo } from './driver/lock-driver.ts';
import type { Election, ElectOptions } from './election/election.ts';
import type { HeldLock, Lease } from './lease/lease.ts';
import type { ReadWriteLock, ReadWriteOptions } from './read-write/read-write-lock.ts';
import type { Semaphore } from './semaphore/semaphore.ts';
import type { HeldLocks } from './with-locks.ts';

/** How the locks of a process are closed. */
export interface CloseOptions {
  /** For how long, in ms, to wait for sections and leases that are not over. @default 5000 */
  readonly drainMs?: number;
}

/**
 * The locks of one process. Everything that waits rejects with the reason of its `signal`, ERR_LOCK_TIMEOUT when
 * somebody else has the lock all the time, ERR_LOCK_UNAVAILABLE when the lock service did not answer, or ERR_LOCK_CLOSED.
 */
export interface Locks extends AsyncDisposable {
  /**
   * Runs a section while the lock is held, and settles as it does, after it. What the section throws is passed on.
   *
   * @throws LockError ERR_LOCK_REENTRANT when a section that the caller runs in holds the key.
   */
  withLock<T>(key: string, section: (lock: HeldLock) => T | PromiseLike<T>): Promise<T>;
  withLock<T>(key: string, options: SectionOptions, section: (lock: HeldLock) => T | PromiseLike<T>): Promise<T>;
  /**
   * Runs a section while all the locks are held. They are taken in one step where they can be, else one after the other in
   * the order of their names, so that two callers never wait for each other.
   */
  withLocks<T>(keys: readonly string[], section: (locks: HeldLocks) => T | PromiseLike<T>): Promise<T>;
  withLocks<T>(
    keys: readonly string[],
    options: SectionOptions,
    section: (locks: HeldLocks) => T | PromiseLike<T>,
  ): Promise<T>;
  /** Waits for the lock. Give the lease back: `await using lease = await locks.acquire(key)`. */
  acquire(key: string, options?: AcquireOptions): Promise<Lease>;
  /** The lock if it is free and nobody waits for it, else undefined. */
  tryAcquire(key: string, options?: AcquireOptions): Promise<Lease | undefined>;
  /** Who has the lock; undefined when nobody has. */
  inspect(key: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<LockInfo | undefined>;
  /** A lock of `permits` holders. Its keys are apart from those of other locks. */
  semaphore(key: string, permits: number): Semaphore;
  /** A lock of many readers or one writer. Its keys are apart from those of other locks. */
  readWrite(key: string, options?: ReadWriteOptions): ReadWriteLock;
  /**
   * Takes part in an election from now on: at most one process leads. What it locks is apart from locks of the same name.
   * `close` closes it.
   *
   * @throws TypeError or RangeError for options that make no sense, LockError ERR_LOCK_CLOSED.
   */
  elect(name: string, options: ElectOptions): Election;
  /**
   * Ends it: whoever waits is rejected, the signals of all leases abort, sections may end within `drainMs`, and what they
   * give back is passed on. The lease of a section that goes on is not given back but runs out. Idempotent, never rejects.
   */
  close(options?: CloseOptions): Promise<void>;
}
