import type { Clock } from '@lockstep/core';

/** One moment on both clocks: the monotonic one stands still while a machine is suspended, the wall clock can be set. */
export interface Moment {
  /** `clock.monotonic()`. */
  readonly monotonic: number;
  /** `clock.now()`. */
  readonly wall: number;
}

/** The two clocks now. */
export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}
