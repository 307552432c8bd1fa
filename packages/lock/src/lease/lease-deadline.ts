import type { Clock } from '@lockstep/core';

import type { Moment } from './moment.ts';

/** The part of a period by which two clocks may differ in speed. */
const DRIFT = 0.01;
/** The resolution of the clocks, of Redis's expiry too. */
const MARGIN_MS = 2;

/**
 * Until when the holder may rely on a lease of `ttlMs` that was asked for at `sent`: earlier than the server ends it, as
 * long as no clock runs 1 % faster than another (Gray and Cheriton, "Leases", 1989).
 */
export function deadlineOf(sent: Moment, ttlMs: number): Moment {
  const reliableMs = ttlMs * (1 - DRIFT) - MARGIN_MS;
  return { monotonic: sent.monotonic + reliableMs, wall: sent.wall + reliableMs };
}

/** Milliseconds up to a deadline on the clock that reaches it first; negative when it is past. */
export function remainingOf(deadline: Moment, clock: Clock): number {
  return Math.min(deadline.monotonic - clock.monotonic(), deadline.wall - clock.now());
}
