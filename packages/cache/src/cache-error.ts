import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Everything that can go wrong between a caller and the cache. */
export type CacheErrorCode =
  | 'ERR_CACHE_CLOSED'
  | 'ERR_CACHE_DECODE'
  | 'ERR_CACHE_FENCE'
  | 'ERR_CACHE_INVALIDATION_PENDING'
  | 'ERR_CACHE_LOAD_TIMEOUT'
  | 'ERR_CACHE_NOT_EVERYWHERE'
  | 'ERR_CACHE_OVERLOADED'
  | 'ERR_CACHE_PARTITIONED'
  | 'ERR_CACHE_SHARED_UNAVAILABLE'
  | 'ERR_CACHE_SHARED_UNREADABLE'
  | 'ERR_CACHE_VALUE_TOO_LARGE';

/** What a cache error carries besides its code and message. */
export interface CacheErrorOptions extends CodedErrorOptions {
  readonly keys?: readonly string[];
  readonly tags?: readonly string[];
  readonly position?: string;
}

/**
 * The error class of this package. A loader's own errors are passed on as they are.
 *
 * - `ERR_CACHE_INVALIDATION_PENDING`: the log did not confirm an invalidation. It is tried again until it is
 *   confirmed; meanwhile this process neither serves nor stores `keys` and `tags`. Others may serve the old values.
 * - `ERR_CACHE_NOT_EVERYWHERE`: the log has the invalidation (up to `position`), but not every process confirmed it
 *   in time. Each of them forgets within `maxStalenessMs`.
 * - `ERR_CACHE_LOAD_TIMEOUT`: a load took longer than `hardTimeoutMs`; its signal was aborted.
 * - `ERR_CACHE_OVERLOADED`: `maxConcurrentLoads` loads are under way; nothing was started.
 * - `ERR_CACHE_PARTITIONED`: with `whenPartitioned: 'throw'`, the log has not been heard for `maxStalenessMs`.
 * - `ERR_CACHE_FENCE`: the fence of `mutate` was not confirmed; the write was not run.
 * - `ERR_CACHE_DECODE`: a shared value cannot be read; it counts as a miss. Given to `onError`.
 * - `ERR_CACHE_CLOSED`: the cache was closed.
 * - `ERR_CACHE_SHARED_UNAVAILABLE`: the shared tier did not do it in time; `cause` says why where it answered.
 * - `ERR_CACHE_SHARED_UNREADABLE`, `ERR_CACHE_DECODE`: what lies in the shared tier is not what a cache has written;
 *   it counts as a miss. Told to `onError`.
 * - `ERR_CACHE_VALUE_TOO_LARGE`: a value is too large for the shared tier, and is not shared. Told to `onError`.
 */
export class CacheError extends CodedError<CacheErrorCode> {
  /** The keys it is about, `<view>:<id>`. */
  readonly keys: readonly string[];
  /** The tags it is about. */
  readonly tags: readonly string[];
  /** Where in the log the invalidation is, if it is there. */
  readonly position: string | undefined;

  constructor(code: CacheErrorCode, message: string, options: CacheErrorOptions = {}) {
    super(code, message, options);
    this.keys = options.keys ?? [];
    this.tags = options.tags ?? [];
    this.position = options.position;
  }
}
