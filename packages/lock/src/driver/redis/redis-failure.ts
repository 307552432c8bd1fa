import { describeError } from '@lockstep/core';

import { LockError } from '../../lock-error.ts';

/** What a failed command means to the caller: an error of this package. */
export function toLockError(cause: unknown): LockError {
  if (cause instanceof LockError) return cause;
  return new LockError('ERR_LOCK_UNAVAILABLE', `Redis refused or broke off: ${describeError(cause)}`, { cause });
}

/** Redis said nothing for that long. */
export function silenceError(ms: number): LockError {
  return new LockError('ERR_LOCK_UNAVAILABLE', `Redis did not answer within ${ms} ms`);
}

/** The driver was closed. */
export function closedError(): LockError {
  return new LockError('ERR_LOCK_CLOSED', 'the locks were closed');
}
