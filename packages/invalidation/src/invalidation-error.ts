import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Everything that can go wrong between a caller and the log. */
export type InvalidationErrorCode =
  | 'ERR_INVALIDATION_CLOSED'
  | 'ERR_INVALIDATION_LISTENER'
  | 'ERR_INVALIDATION_TIMEOUT'
  | 'ERR_INVALIDATION_UNAVAILABLE';

/** What an error carries besides its code and message. */
export interface InvalidationErrorOptions extends CodedErrorOptions {
  readonly position?: string;
}

/**
 * The error class of this package.
 *
 * - `ERR_INVALIDATION_TIMEOUT`: the log did not answer in time. A publish may or may not have reached it; where
 *   `position` is set it has, and only that every follower has passed it is not known.
 * - `ERR_INVALIDATION_UNAVAILABLE`: the log refused, or the connection to it broke, see `cause`; or too much waits for
 *   its answer already. A publish may or may not have reached it.
 * - `ERR_INVALIDATION_CLOSED`: the log, follower or map was closed.
 * - `ERR_INVALIDATION_LISTENER`: a callback of yours threw; see `cause`.
 */
export class InvalidationError extends CodedError<InvalidationErrorCode> {
  /** The position after a publish that the log has. */
  readonly position: string | undefined;

  constructor(code: InvalidationErrorCode, message: string, options: InvalidationErrorOptions = {}) {
    super(code, message, options);
    this.position = options.position;
  }
}
