import { describeError } from '@lockstep/core';

import { MemcacheProxyError } from '../memcache-proxy-error.ts';

/** What one of several pools failed with. */
export interface PoolFailure {
  readonly pool: string;
  readonly cause: unknown;
}

/** Some of several pools failed. */
export class PoolsFailedError extends Error {
  readonly failures: readonly PoolFailure[];
  /** Of all pools of the class. */
  readonly poolCount: number;

  constructor(failures: readonly PoolFailure[], poolCount: number) {
    const reasons = failures.map(({ pool, cause }) => `${pool}: ${describeError(cause)}`).join('; ');
    super(`${failures.length} of ${poolCount} pools failed (${reasons})`, { cause: failures[0]?.cause });
    this.failures = failures;
    this.poolCount = poolCount;
  }
}

/** A failed write, and what is known of the key. */
export interface WriteFailure {
  readonly error: MemcacheProxyError;
  /** True unless it is certain that the key is as it was. */
  readonly mayHaveChanged: boolean;
  /** The pools that may hold what they should not. */
  readonly unconfirmed: readonly string[];
}

/**
 * Says what an error of a pool, or a PoolsFailedError, means for a write. `removes`: it was to remove the key. `away`: the
 * pools whose owner of the key is down and keeps what was there before, whatever its stand-in did.
 */
export function toWriteFailure(
  cause: unknown,
  pool: string,
  removes: boolean,
  away: readonly string[] = [],
): WriteFailure {
  const found = ofCause(cause, pool, removes);
  if (!found.mayHaveChanged || away.length === 0) return found;
  return { ...found, unconfirmed: [...new Set([...found.unconfirmed, ...away])] };
}

function ofCause(cause: unknown, pool: string, removes: boolean): WriteFailure {
  if (cause instanceof PoolsFailedError) return ofSeveral(cause, removes);
  switch (codeOf(cause)) {
    case 'ERR_MEMCACHE_VALUE_TOO_LARGE':
      // memcached drops the old value when it cannot take the new one.
      return failure('VALUE_TOO_LARGE', 'the value is larger than memcached takes; the old one is gone', cause, true);
    case 'ERR_MEMCACHE_NOT_A_NUMBER':
      return failure('NOT_NUMERIC', 'the value is not a decimal number', cause, false);
    case 'ERR_MEMCACHE_OVERLOADED':
      return failure('WRITE_REFUSED', refused(cause), cause, false, removes ? [pool] : []);
    case 'ERR_MEMCACHE_BAD_KEY':
    case 'ERR_MEMCACHE_UNSUPPORTED':
      return failure('WRITE_REFUSED', refused(cause), cause, false);
    default:
      return failure('WRITE_UNKNOWN', `memcached did not confirm the write: ${describeError(cause)}`, cause, true, [
        pool,
      ]);
  }
}

/** The error of a failed write, and what failed of what was to make up for it. */
export function withMoreFailures(
  error: MemcacheProxyError,
  hook: PromiseSettledResult<unknown>,
  spool: PromiseSettledResult<unknown>,
): MemcacheProxyError {
  const also: unknown[] = [];
  let { message } = error;
  if (hook.status === 'rejected') {
    message += '; the write hook failed too';
    also.push(hook.reason);
  }
  if (spool.status === 'rejected') {
    message += '; the delete that the key needs could not be spooled';
    also.push(spool.reason);
  }
  if (also.length === 0) return error;
  const cause = new AggregateError([error.cause, ...also], 'the write failed, and so did what makes up for it');
  return new MemcacheProxyError(error.code, message, { cause });
}

/** True when nobody knows what the pool has under the key now, or when it has nothing. */
export function isUncertain(cause: unknown): boolean {
  return toWriteFailure(cause, '', false).mayHaveChanged;
}

/** Wraps what a read of the pool failed with. */
export function toReadError(cause: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_READ_FAILED', `memcached did not answer: ${describeError(cause)}`, {
    cause,
  });
}

function ofSeveral(error: PoolsFailedError, removes: boolean): WriteFailure {
  const each = error.failures.map(({ pool, cause }) => ofCause(cause, pool, removes));
  const [first] = each;
  const isAlike = each.length === error.poolCount && each.every((one) => one.error.code === first?.error.code);
  if (first !== undefined && isAlike) return { ...first, unconfirmed: each.flatMap(({ unconfirmed }) => unconfirmed) };
  // One that refused still has the old value, which it must not keep now that others have the new one.
  const old = error.failures.filter((_, index) => each[index]!.error.code !== 'ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE');
  const message = `not every pool confirmed the write: ${error.message}`;
  return {
    ...failure('WRITE_UNKNOWN', message, error, true),
    unconfirmed: old.map(({ pool }) => pool),
  };
}

type FailureKind = 'VALUE_TOO_LARGE' | 'NOT_NUMERIC' | 'WRITE_REFUSED' | 'WRITE_UNKNOWN';

function failure(
  kind: FailureKind,
  message: string,
  cause: unknown,
  mayHaveChanged: boolean,
  unconfirmed: readonly string[] = [],
): WriteFailure {
  return {
    error: new MemcacheProxyError(`ERR_MEMCACHE_PROXY_${kind}`, message, { cause }),
    mayHaveChanged,
    unconfirmed,
  };
}

function refused(cause: unknown): string {
  return `nothing was written: ${describeError(cause)}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}
