import { describeError } from '@lockstep/core';

import { MemcacheError } from '../driver/memcache-error.ts';

/** The error of a codec whose `decode` has failed, with what made it fail as the cause. */
export function decodeError(codec: string, flags: number, cause: unknown): MemcacheError {
  // A codec inside another one has said it all, and closer to the point.
  if (cause instanceof MemcacheError && cause.code === 'ERR_MEMCACHE_DECODE') return cause;
  const message = `the codec "${codec}" cannot decode a value with flags ${flags}: ${describeError(cause)}`;
  return new MemcacheError('ERR_MEMCACHE_DECODE', message, { cause });
}

/**
 * Runs a `decode`, now and in the promise that it may return.
 *
 * @throws MemcacheError ERR_MEMCACHE_DECODE in place of whatever it throws.
 */
export function guardDecode<R>(codec: string, flags: number, decode: () => R): R {
  try {
    const result = decode();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw decodeError(codec, flags, error);
    }) as R;
  } catch (error) {
    throw decodeError(codec, flags, error);
  }
}
