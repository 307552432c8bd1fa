import { type Clock, systemClock } from '@lockstep/core';

/** How many crashes are too many. */
export interface CrashBudgetOptions {
  /** Crashes in the window that are put up with. */
  readonly max: number;
  /** Milliseconds. */
  readonly windowMs: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Counts crashes in a sliding window. */
export interface CrashBudget {
  /** Counts one; false when it is one too many. */
  spend(): boolean;
}

/** A budget of which nothing is spent. */
export function createCrashBudget({ max, windowMs, clock = systemClock }: CrashBudgetOptions): CrashBudget {
  const moments: number[] = [];
  return {
    spend() {
      const now = clock.monotonic();
      moments.push(now);
      while ((moments[0] ?? now) <= now - windowMs) moments.shift();
      return moments.length <= max;
    },
  };
}
