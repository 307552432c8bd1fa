import type { LockError } from '../lock-error.ts';

/** How long a call may take, and what ends it early. */
export interface Bound {
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A lock that somebody was given. */
export interface Grant {
  readonly key: string;
  readonly owner: string;
  /** The fencing token: greater than that of every earlier grant of the key. */
  readonly token: number;
  /** The period of the grant in ms; it began no earlier than `sentAt`. */
  readonly ttlMs: number;
  /**
   * On `clock.monotonic()`, a moment before which the grant was not made: when the request was sent, or the last PING
   * that was answered before the push on the same connection. -Infinity when there is none: ask again before you work.
   */
  readonly sentAt: number;
  /** The same moment on `clock.now()`. */
  readonly sentAtWall: number;
}

/** How many may hold a lock together. A key has locks of one family only under one name of that family. */
export type LockShape =
  | { readonly kind: 'semaphore'; readonly permits: number }
  | {
      readonly kind: 'read' | 'write';
      /** Who goes first of those who wait: `none` in the order they came. @default 'none' */
      readonly prefer?: 'none' | 'readers' | 'writers' | undefined;
    };

/** Locks that several may hold. Each family has its own keys. */
export type LockFamily = 'semaphore' | 'read-write';

/** What to acquire, and how. */
export interface AcquireRequest {
  readonly key: string;
  /** Who asks: unique per acquisition, made by `driver.nextOwner()`. */
  readonly owner: string;
  /** The period of the lease when it is given at once, in ms. */
  readonly ttlMs: number;
  /** The period when it is given later, by a push, in ms. */
  readonly grantMs: number;
  /**
   * `try`: now or not at all. `queue`: else wait in line. `barge`: take it when it is free though others wait; else
   * wait in line, and be woken to ask again instead of being given it.
   */
  readonly mode: 'try' | 'queue' | 'barge';
  /** Higher goes first; an integer from -1000 to 1000. @default 0 */
  readonly priority?: number;
  /** Text that `inspect` shows. */
  readonly metadata?: string;
  /** So many replicas must have the grant, or it is rolled back. @default 0 */
  readonly replicas?: number;
  /** For how long, in ms, nobody gets the lock after this owner's lease ran out without a release. @default 0 */
  readonly lockDelayMs?: number;
  /** Needed in a family, and meaningless elsewhere. */
  readonly shape?: LockShape | undefined;
}

/** Who has the lock, where the caller does not. */
export interface Occupied {
  /** `queued`: a push will follow, as long as this process is heard. `taken`: nothing will. */
  readonly kind: 'queued' | 'taken';
  /** How many wait before the caller, or in all where he does not wait. */
  readonly rank: number;
  /** The owner, or '' where the lock is only reserved after a lost lease. */
  readonly holder: string;
  /** After so many ms the lock is free, unless it is renewed. */
  readonly holderTtlMs: number;
}

/** The answer to an acquisition. */
export type AcquireReply = ({ readonly kind: 'held' } & Grant) | Occupied;

/** The answer to an acquisition of several keys: the grants in the order of the requests, or the first taken key. */
export type AcquireManyReply =
  | { readonly kind: 'held'; readonly grants: readonly Grant[] }
  | (Occupied & { readonly kind: 'taken'; readonly key: string });

/** What is known about a held lock. */
export interface LockInfo {
  readonly owner: string;
  readonly token: number;
  readonly metadata: string | undefined;
  readonly ttlMs: number;
  readonly waiters: number;
  /** In a family: how many hold it. The rest is about the one whose lease runs out last. */
  readonly holders?: number;
  /** Which of the leases that were counted by `countTerm` this is; undefined when it was not. */
  readonly term?: number;
}

/** A lease to renew. */
export interface RenewRequest {
  readonly key: string;
  readonly owner: string;
  readonly ttlMs: number;
}

/** What became of one lease: the error says why that is not known. */
export type RenewReply = 'held' | 'lost' | LockError;

/** Who hears what happens to the locks of this process. The callbacks must not throw. */
export interface LockListener {
  /** A waiter got its lock. */
  onGrant(grant: Grant): void;
  /** A waiter that barges may find the lock free: ask again. */
  onWake?(key: string, owner: string): void;
  /** A pushed grant could not be kept: it is given back already. */
  onLost?(key: string, owner: string): void;
  /** Pushes may have been missed: ask again for everything that waits, and renew everything that is held. */
  onReconnect(): void;
}

/**
 * Where locks live. Everything rejects with a `LockError`: `ERR_LOCK_UNAVAILABLE` when there was no answer in time or
 * a refusal, `ERR_LOCK_CLOSED` after the end, or the reason of the signal. What was asked may still have happened.
 */
export interface LockDriver extends AsyncDisposable {
  /** What this process is called: the first part of all its owners. */
  readonly processId: string;
  /** A new owner, `<processId>:<n>`. */
  nextOwner(): string;
  /** Keys of one group can go together into `acquireMany`. */
  groupOf(key: string): string;
  /** Idempotent for the same owner: after a lost reply, ask again. */
  acquire(request: AcquireRequest, bound: Bound): Promise<AcquireReply>;
  /** Keys of one group, all or none, in mode `try` whatever the requests say. */
  acquireMany(requests: readonly AcquireRequest[], bound: Bound): Promise<AcquireManyReply>;
  /**
   * Gives back; the next live waiter has the lock in the same step. Where others wait behind him, the driver passes the
   * lock on when his grant is over and was not taken up. `lost`: it was not the owner's any more.
   */
  release(key: string, owner: string, bound: Bound): Promise<'released' | 'lost'>;
  /**
   * Sets the leases' periods anew; one step per slot. Each has an answer of its own: of leases at several masters, those at
   * one that is down are not known, and the others are renewed. It rejects only after the end or by the signal.
   */
  renew(leases: readonly RenewRequest[], bound: Bound): Promise<RenewReply[]>;
  /** Leaves the line, and gives back what was granted meanwhile. */
  cancel(key: string, owner: string, bound: Bound): Promise<void>;
  /**
   * The number of the holder's lease: one more than that of the last lease of the key that was counted, and the same when
   * asked again. Undefined: it is not the owner's any more. A family has none.
   */
  countTerm(key: string, owner: string, bound: Bound): Promise<number | undefined>;
  inspect(key: string, bound: Bound): Promise<LockInfo | undefined>;
  /** Several may listen; each hears everything of this process. */
  listen(listener: LockListener): { close(): Promise<void> };
  /**
   * The same process's locks of a family, which need a `shape` to be acquired. There is no lock delay, nobody is woken
   * without a grant, and keys are acquired one by one.
   */
  family(family: LockFamily): LockDriver;
  /** How many wait; the connection that is pushed to is watched only while somebody does. */
  setWaiting(count: number): void;
  /** Ends what it began. Idempotent. It gives nothing back: release first. */
  close(): Promise<void>;
}
