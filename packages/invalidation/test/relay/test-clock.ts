import type { Clock } from '@lockstep/core';

/** A clock that stands still until the test moves it. */
export interface TestClock extends Clock {
  /** Moves both clocks and fires what is due, in order. */
  advance(ms: number): void;
}

/** Starts at 0 on both clocks. */
export function createTestClock(): TestClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  let now = 0;
  return {
    now: () => now,
    monotonic: () => now,
    setTimer(callback, delayMs) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
  };
}
