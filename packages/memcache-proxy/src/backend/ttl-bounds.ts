import { MAX_RELATIVE_TTL_SECONDS } from './expiry.ts';

const LAST_SECOND = 0x7fff_ffff;

/** A floor and a ceiling for times to live. */
export interface TtlBounds {
  readonly minTtlSeconds?: number | undefined;
  readonly maxTtlSeconds?: number | undefined;
}

/**
 * The time to live within its bounds, by memcached's rule before and after: 0 never, to 2,592,000
 * relative, above that absolute, negative at once. What is over at once stays so.
 */
export function boundTtl(ttlSeconds: number, { minTtlSeconds, maxTtlSeconds }: TtlBounds, nowMs: number): number {
  if (ttlSeconds === 0) return maxTtlSeconds === undefined ? 0 : fromNow(maxTtlSeconds, nowMs);
  const remaining = ttlSeconds <= MAX_RELATIVE_TTL_SECONDS ? ttlSeconds : ttlSeconds - Math.floor(nowMs / 1000);
  if (remaining <= 0) return ttlSeconds;
  if (maxTtlSeconds !== undefined && remaining > maxTtlSeconds) return fromNow(maxTtlSeconds, nowMs);
  if (minTtlSeconds !== undefined && remaining < minTtlSeconds) return fromNow(minTtlSeconds, nowMs);
  return ttlSeconds;
}

/** @throws RangeError or TypeError naming the bound that makes no sense. */
export function checkTtlBounds({ minTtlSeconds, maxTtlSeconds }: TtlBounds): void {
  for (const [name, seconds] of Object.entries({ minTtlSeconds, maxTtlSeconds })) {
    if (seconds === undefined) continue;
    if (!Number.isInteger(seconds) || seconds < 1)
      throw new RangeError(`${name} must be a whole number of at least 1, got ${seconds}`);
  }
  if (minTtlSeconds !== undefined && maxTtlSeconds !== undefined && minTtlSeconds > maxTtlSeconds)
    throw new RangeError(`minTtlSeconds must not be above maxTtlSeconds, got ${minTtlSeconds} and ${maxTtlSeconds}`);
}

function fromNow(seconds: number, nowMs: number): number {
  return seconds <= MAX_RELATIVE_TTL_SECONDS ? seconds : Math.min(Math.floor(nowMs / 1000) + seconds, LAST_SECOND);
}
