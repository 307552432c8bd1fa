import { describeError } from '@lockstep/core';

import { LockError } from './lock-error.ts';

/** What a driver rejected with, as an error of this package; `what` says what was attempted. */
export function toLockError(error: unknown, what: string): LockError {
  if (error instanceof LockError) return error;
  return new LockError('ERR_LOCK_UNAVAILABLE', `${what}: ${describeError(error)}`, { cause: error });
}
