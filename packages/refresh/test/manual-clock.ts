import type { Clock, Timer } from '@lockstep/core';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a test drives. */
export interface ManualClock extends Clock {
  /** Time passes, and timers fire at their moments; promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Time passes while something is under way. */
  during<T>(ms: number, work: Promise<T>): Promise<T>;
  /** Time passes and nothing fires, as in a process that is stopped or whose event loop is blocked. */
  freeze(ms: number): void;
  /** Only the wall clock moves: the machine was suspended, or its clock was set. */
  stepWall(ms: number): void;
  readonly timers: number;
}

/** Makes one whose wall clock begins then. */
export function createManualClock(startedAt: number = 1_700_000_000_000): ManualClock {
  let monotonic = 1000;
  let wall = startedAt;
  const pending = new Set<Pending>();
  const settle = async (): Promise<void> => {
    // Everything that needs no time has come to its end before the host's next turn.
    for (let i = 0; i < 2; i++) await new Promise((resolve) => void setImmediate(resolve));
  };
  const next = (until: number): Pending | undefined =>
    [...pending].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  const moveTo = (at: number): void => {
    wall += Math.max(0, at - monotonic);
    monotonic = Math.max(monotonic, at);
  };
  const clock: ManualClock = {
    now: () => wall,
    monotonic: () => monotonic,
    setTimer(callback, delayMs): Timer {
      const timer = { at: monotonic + delayMs, callback };
      pending.add(timer);
      return { cancel: () => void pending.delete(timer) };
    },
    async advance(ms) {
      const until = monotonic + ms;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        pending.delete(timer);
        moveTo(timer.at);
        timer.callback();
        await settle();
      }
      moveTo(until);
      await settle();
    },
    async during(ms, work) {
      await clock.advance(ms);
      return work;
    },
    freeze: (ms) => moveTo(monotonic + ms),
    stepWall(ms) {
      wall += ms;
    },
    get timers() {
      return pending.size;
    },
  };
  return clock;
}
