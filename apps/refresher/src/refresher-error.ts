import { CodedError } from '@lockstep/core';

/** Everything that can go wrong between this app and a source. */
export type RefresherErrorCode =
  | 'ERR_REFRESHER_ANSWER'
  | 'ERR_REFRESHER_DATABASE'
  | 'ERR_REFRESHER_ID'
  | 'ERR_REFRESHER_MODULE'
  | 'ERR_REFRESHER_TOO_LARGE'
  | 'ERR_REFRESHER_UNREACHABLE';

/**
 * The error class of this app. No message has an id or a value in it.
 *
 * - `ERR_REFRESHER_ANSWER`: the source answered something that its loader cannot use.
 * - `ERR_REFRESHER_DATABASE`: the database refused the query; see `cause`.
 * - `ERR_REFRESHER_ID`: the key has an id that the source cannot take, or none where it needs one.
 * - `ERR_REFRESHER_MODULE`: the module does not export what it must.
 * - `ERR_REFRESHER_TOO_LARGE`: the answer is longer than it may be.
 * - `ERR_REFRESHER_UNREACHABLE`: the source could not be reached, or broke off; see `cause`.
 */
export class RefresherError extends CodedError<RefresherErrorCode> {}
