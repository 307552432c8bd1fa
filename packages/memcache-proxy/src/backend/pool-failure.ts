import { describeError } from '@lockstep/core';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';

/** A failed write, and whether memcached may have changed the key before it failed. */
export interface WriteFailure {
  readonly error: MemcacheProxyError;
  /** True unless it is certain that the key is as it was. */
  readonly mayHaveChanged: boolean;
}

/** Says what an error of the pool means for a write of a client. */
export function toWriteFailure(cause: unknown): WriteFailure {
  switch (codeOf(cause)) {
    case 'ERR_MEMCACHE_VALUE_TOO_LARGE':
      // memcached drops the old value when it cannot take the new one.
      return failure('VALUE_TOO_LARGE', 'the value is larger than memcached takes; the old one is gone', cause, true);
    case 'ERR_MEMCACHE_NOT_A_NUMBER':
      return failure('NOT_NUMERIC', 'the value is not a decimal number', cause, false);
    case 'ERR_MEMCACHE_BAD_KEY':
    case 'ERR_MEMCACHE_OVERLOADED':
    case 'ERR_MEMCACHE_UNSUPPORTED':
      return failure('WRITE_REFUSED', `nothing was written: ${describeError(cause)}`, cause, false);
    default:
      return failure('WRITE_UNKNOWN', `memcached did not confirm the write: ${describeError(cause)}`, cause, true);
  }
}

/** Wraps what a read of the pool failed with. */
export function toReadError(cause: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_READ_FAILED', `memcached did not answer: ${describeError(cause)}`, {
    cause,
  });
}

type FailureKind = 'VALUE_TOO_LARGE' | 'NOT_NUMERIC' | 'WRITE_REFUSED' | 'WRITE_UNKNOWN';

function failure(kind: FailureKind, message: string, cause: unknown, mayHaveChanged: boolean): WriteFailure {
  return { error: new MemcacheProxyError(`ERR_MEMCACHE_PROXY_${kind}`, message, { cause }), mayHaveChanged };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}
