import { maxAbsoluteSeconds, maxRelativeSeconds } from '../driver/expiry.ts';

const maxFlags = 0xffff_ffff;

/** The largest number that memcached counts with. */
export const maxUnsigned64: bigint = 2n ** 64n - 1n;

/**
 * The time to live as memcached takes it: any negative number means expired.
 *
 * @throws RangeError when it is no integer below 2^31.
 */
export function checkTtl(ttlSeconds: number): number {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds > maxAbsoluteSeconds) {
    throw new RangeError(`ttlSeconds must be an integer below 2^31, got ${ttlSeconds}`);
  }
  return Math.max(-1, ttlSeconds);
}

/**
 * A span that memcached counts from now. Not 0, which would be a lease without an end, and not
 * negative, which 1.6.18 takes for 136 years.
 *
 * @throws RangeError when it is no integer from `min` to 2,592,000 (30 days).
 */
export function checkSpan(name: string, seconds: number, min: 0 | 1): number {
  if (Number.isInteger(seconds) && seconds >= min && seconds <= maxRelativeSeconds) return seconds;
  throw new RangeError(`${name} must be an integer from ${min} to ${maxRelativeSeconds}, got ${seconds}`);
}

/** @throws RangeError when the client flags are no unsigned 32-bit integer. */
export function checkFlags(flags: number): number {
  if (Number.isInteger(flags) && flags >= 0 && flags <= maxFlags) return flags;
  throw new RangeError(`flags must be an unsigned 32-bit integer, got ${flags}`);
}

/** @throws TypeError when the value is no bigint, RangeError when it is below 0 or above 64 bits. */
export function checkUnsigned64(name: string, value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, got ${typeof value}`);
  if (value >= 0n && value <= maxUnsigned64) return value;
  throw new RangeError(`${name} must be an unsigned 64-bit integer, got ${value}`);
}
