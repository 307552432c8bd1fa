import { CodedError, type CodedErrorOptions } from '@lockstep/core';

/** Everything that can go wrong between a reader, a source and a worker. */
export type RefreshErrorCode =
  | 'ERR_REFRESH_BUSY'
  | 'ERR_REFRESH_CLOSED'
  | 'ERR_REFRESH_CONTENT'
  | 'ERR_REFRESH_DISABLED'
  | 'ERR_REFRESH_KEY'
  | 'ERR_REFRESH_QUEUE'
  | 'ERR_REFRESH_SOURCE'
  | 'ERR_REFRESH_STORE'
  | 'ERR_REFRESH_TIMEOUT'
  | 'ERR_REFRESH_UNKNOWN_SOURCE';

/** What a refresh error carries besides its code and message. */
export interface RefreshErrorOptions extends CodedErrorOptions {
  readonly source?: string | undefined;
}

/**
 * The error class of this package.
 *
 * - `ERR_REFRESH_KEY`: the key is empty, too long, or no well-formed text.
 * - `ERR_REFRESH_UNKNOWN_SOURCE`: no definition has the name before the first colon of the key.
 * - `ERR_REFRESH_SOURCE`: the loader threw; see `cause`.
 * - `ERR_REFRESH_CONTENT`: what the loader returned, or what the store holds, is not of the shape that was defined.
 * - `ERR_REFRESH_TIMEOUT`: the loader, the store or the wait for another loader took longer than it may.
 * - `ERR_REFRESH_STORE`: the store did not answer or refused; see `cause`.
 * - `ERR_REFRESH_QUEUE`: the task queue did not answer or refused; see `cause`.
 * - `ERR_REFRESH_DISABLED`: the source is switched off, and nothing of it is stored.
 * - `ERR_REFRESH_BUSY`: too many loads are under way in this process, an entry is invalidated faster than it is loaded, or
 *   somebody else is loading what a `manual` or `scheduled` task asks for.
 * - `ERR_REFRESH_CLOSED`: it was closed.
 */
export class RefreshError extends CodedError<RefreshErrorCode> {
  /** The name of the source that it is about. */
  readonly source: string | undefined;

  constructor(code: RefreshErrorCode, message: string, options: RefreshErrorOptions = {}) {
    super(code, message, options);
    this.source = options.source;
  }
}
