import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Everything that can go wrong between a caller and his lock. */
export type LockErrorCode =
  | 'ERR_LOCK_CLOSED'
  | 'ERR_LOCK_LOST'
  | 'ERR_LOCK_REENTRANT'
  | 'ERR_LOCK_RESIGNED'
  | 'ERR_LOCK_STALE_TOKEN'
  | 'ERR_LOCK_TIMEOUT'
  | 'ERR_LOCK_UNAVAILABLE';

/** What a lock error carries besides its code and message. */
export interface LockErrorOptions extends CodedErrorOptions {
  readonly key?: string | undefined;
  readonly token?: number | undefined;
}

/**
 * The error class of this package. The errors of your own sections are passed on as they are.
 *
 * - `ERR_LOCK_TIMEOUT`: the lock was not acquired in time; somebody else has it.
 * - `ERR_LOCK_LOST`: the lease is over; what the section did after that may have run beside another holder.
 * - `ERR_LOCK_UNAVAILABLE`: the lock service did not answer in time or refused; see `cause`.
 * - `ERR_LOCK_REENTRANT`: the caller holds this very `key` already and would wait for himself.
 * - `ERR_LOCK_RESIGNED`: a leadership is over because its work returned or threw, or `resign` was called.
 * - `ERR_LOCK_CLOSED`: the locks were closed.
 * - `ERR_LOCK_STALE_TOKEN`: a resource has already seen a newer fencing token than `token`.
 */
export class LockError extends CodedError<LockErrorCode> {
  /** The key that it is about. */
  readonly key: string | undefined;
  /** The fencing token that it is about. */
  readonly token: number | undefined;

  constructor(code: LockErrorCode, message: string, options: LockErrorOptions = {}) {
    super(code, message, options);
    this.key = options.key;
    this.token = options.token;
  }
}
