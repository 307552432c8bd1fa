import type { Clock } from '@lockstep/core';

/** A clock that a test moves, with timers. */
export interface ManualClock extends Clock {
  /** Lets time pass, and all that is due in it happen. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forward or back; timers do not notice. */
  jumpWall(ms: number): void;
  readonly timers: number;
}

/** Starts at noon, UTC. */
export function createManualClock(startedAt: number = Date.UTC(2026, 0, 15, 12)): ManualClock {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  let wall = startedAt;
  let time = 0;
  return {
    now: () => wall + time,
    monotonic: () => time,
    setTimer(run, delayMs) {
      const timer = { at: time + delayMs, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    jumpWall: (ms) => void (wall += ms),
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = time + ms;
      for (;;) {
        await turn();
        const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.run();
      }
      time = end;
    },
  };
}

/** Lets promises settle. */
async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => void setImmediate(resolve));
}
