import { CodedError } from '@lockstep/core';

/** Everything that can go wrong between a queue and its sink. */
export type ConsumerErrorCode =
  | 'ERR_CONSUMER_CLOSED'
  | 'ERR_CONSUMER_DEAD_LETTERS_FULL'
  | 'ERR_CONSUMER_SOURCE'
  | 'ERR_CONSUMER_STALE';

/**
 * The error class of this app.
 *
 * - `ERR_CONSUMER_STALE`: a newer leader has begun; nothing was done.
 * - `ERR_CONSUMER_SOURCE`: the queue could not be read or told; see `cause`.
 * - `ERR_CONSUMER_DEAD_LETTERS_FULL`: a message could not be buried; it was not taken out of the queue either.
 * - `ERR_CONSUMER_CLOSED`: the session was closed.
 */
export class ConsumerError extends CodedError<ConsumerErrorCode> {}
