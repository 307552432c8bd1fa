import type { Clock } from '@lockstep/core';

/** A clock that a test moves by hand, with a wall clock that can be set. */
export interface HandClock extends Clock {
  advance(ms: number): void;
  jumpWall(ms: number): void;
  readonly pending: number;
}

/** A clock whose timers fire when the test says so. */
export function createHandClock(wall = 0): HandClock {
  let time = 0;
  let offset = wall;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => time + offset,
    monotonic: () => time,
    setTimer(callback, delayMs) {
      const timer = { at: time + delayMs, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      time += ms;
      for (const timer of timers) {
        if (timer.at > time) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
    jumpWall: (ms) => {
      offset += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
