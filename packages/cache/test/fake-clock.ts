import type { Clock } from '@lockstep/core';

/** A clock that moves only when it is told to. */
export interface FakeClock extends Clock {
  /** Moves on, and fires the timers that fall due, in order. */
  advance(ms: number): Promise<void>;
  /** Moves on while something is under way. */
  during<T>(ms: number, work: Promise<T>): Promise<T>;
}

/** A clock that starts at a million milliseconds. */
export function createFakeClock(): FakeClock {
  let at = 1_000_000;
  const timers = new Set<{ due: number; callback: () => void }>();
  const clock: FakeClock = {
    now: () => at,
    monotonic: () => at,
    setTimer(callback, delayMs) {
      const timer = { due: at + delayMs, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const end = at + ms;
      for (;;) {
        await settle();
        const next = Array.from(timers)
          .filter(({ due }) => due <= end)
          .sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        timers.delete(next);
        at = Math.max(at, next.due);
        next.callback();
      }
      at = end;
      await settle();
    },
    async during(ms, work) {
      await clock.advance(ms);
      return work;
    },
  };
  return clock;
}

/** Lets everything that needs no time come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => void setImmediate(resolve));
}
