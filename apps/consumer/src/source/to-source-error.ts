import { describeError } from '@lockstep/core';
import { LockError } from '@lockstep/lock';

import { ConsumerError } from '../consumer-error.ts';

/** Throws what the guard of a script, or Redis, has thrown, in the words of this app. */
export function toSourceError(error: unknown): never {
  if (error instanceof ConsumerError || (error instanceof Error && error.name === 'AbortError')) throw error;
  const isStale = error instanceof LockError && error.code === 'ERR_LOCK_STALE_TOKEN';
  if (isStale) throw new ConsumerError('ERR_CONSUMER_STALE', 'a newer leader reads this queue', { cause: error });
  throw new ConsumerError('ERR_CONSUMER_SOURCE', `the queue cannot be reached: ${describeError(error)}`, {
    cause: error,
  });
}
