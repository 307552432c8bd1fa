import { describeError } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';

/** What a failed command means to the caller: an error of this package. */
export function toInvalidationError(cause: unknown, what: string): InvalidationError {
  if (cause instanceof InvalidationError) return cause;
  return new InvalidationError('ERR_INVALIDATION_UNAVAILABLE', `${what}: ${describeError(cause)}`, { cause });
}

/** The log said nothing for that long. */
export function timeoutError(ms: number, cause?: unknown): InvalidationError {
  const message = `the invalidation log did not answer within ${ms} ms`;
  return new InvalidationError('ERR_INVALIDATION_TIMEOUT', message, cause === undefined ? {} : { cause });
}
