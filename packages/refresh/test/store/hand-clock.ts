import type { Clock } from '@lockstep/core';

/** A clock that a test moves by hand. Its timers never fire. */
export interface HandClock extends Clock {
  advance(ms: number): void;
  /** Sets the wall clock forward or back, as an administrator does. */
  jumpWall(ms: number): void;
}

export function createHandClock(): HandClock {
  let time = 0;
  let wall = 1_700_000_000_000;
  return {
    now: () => wall + time,
    monotonic: () => time,
    setTimer: () => ({ cancel: () => undefined }),
    advance: (ms) => void (time += ms),
    jumpWall: (ms) => void (wall += ms),
  };
}
