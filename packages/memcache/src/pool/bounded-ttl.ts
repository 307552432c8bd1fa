import { maxRelativeSeconds } from '../driver/expiry.ts';

/** The time to live in seconds from now, at most `maxSeconds`, for one by the rule of StoreOptions. */
export function boundedTtl(ttlSeconds: number, maxSeconds: number, nowMs: number): number {
  if (ttlSeconds === 0) return maxSeconds;
  if (ttlSeconds <= maxRelativeSeconds) return Math.min(ttlSeconds, maxSeconds);
  const remaining = Math.ceil(ttlSeconds - nowMs / 1000);
  // 0 would be forever.
  return remaining <= 0 ? -1 : Math.min(remaining, maxSeconds);
}
