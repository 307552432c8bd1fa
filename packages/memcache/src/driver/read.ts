import type { CallOptions } from './driver.ts';

/** What `read` may do besides reading. Without any of it, it reads value, flags, CAS and time to live. */
export interface ReadOptions extends CallOptions {
  /**
   * On a miss, the first caller gets the lease for that many seconds (`mustRefresh`) and stores with
   * `cas`; everybody else is told to wait or to do without (`isRefreshing`). Needs `capabilities.lease`.
   */
  readonly leaseSeconds?: number;
  /**
   * Below that many remaining seconds the first caller is told to refresh (`mustRefresh`) while the
   * value still counts. Needs `capabilities.lease`.
   */
  readonly refreshBelowSeconds?: number;
  /** Sets the time to live, by the rule of StoreOptions, also of what is stale or held by a lease. */
  readonly touchSeconds?: number;
  /** Leaves the value away when its CAS value is this one. Needs `capabilities.conditionalGet`. */
  readonly unlessCas?: bigint;
}

/** What `read` found. `mustRefresh` is true for one caller only, until somebody stores or the lease ends. */
export interface ReadResult {
  /**
   * `stale`: somebody has marked the value, it may be served while it is replaced. `unchanged`: it has
   * the CAS value of `unlessCas`. An empty value that somebody is to refresh or is refreshing is a
   * `miss`: memcached shows a lease without a value just like that.
   */
  readonly status: 'hit' | 'stale' | 'miss' | 'unchanged';
  /** Owned by the caller. Undefined for `miss` and `unchanged`. */
  readonly value?: Buffer;
  /** The client flags; 0 for a miss. */
  readonly flags: number;
  /** For `cas`; with a lease, of the lease. 0 for a miss without one. */
  readonly cas: bigint;
  /** Seconds until it expires, -1 never; with a lease, until the lease ends. 0 for a miss without one. */
  readonly ttlSeconds: number;
  /** This caller is the one to compute the value and to store it by `cas` with the CAS value from here. */
  readonly mustRefresh: boolean;
  /** Another caller has been told to refresh and has not stored yet. */
  readonly isRefreshing: boolean;
}

/** The result for a key that is not there, without a lease. */
export const missedRead: ReadResult = {
  status: 'miss',
  flags: 0,
  cas: 0n,
  ttlSeconds: 0,
  mustRefresh: false,
  isRefreshing: false,
};

/** How `markStale` marks. */
export interface MarkStaleOptions extends CallOptions {
  /** For how long the old value may still be served, by the rule of StoreOptions. @default what remains */
  readonly ttlSeconds?: number;
  /** The CAS value that the marked item gets. Needs `capabilities.explicitCas`. @default chosen by the server */
  readonly explicitCas?: bigint;
}
