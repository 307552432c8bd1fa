import type { Clock } from '@lockstep/core';

/** A clock that moves when it is told to, and fires what is due on the way. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

interface Armed {
  readonly at: number;
  readonly callback: () => void;
}

export function createManualClock(): ManualClock {
  let time = 1_000_000;
  const armed = new Set<Armed>();
  return {
    now: () => time,
    monotonic: () => time,
    setTimer(callback, delayMs) {
      const timer = { at: time + delayMs, callback };
      armed.add(timer);
      return { cancel: () => void armed.delete(timer) };
    },
    advance(ms) {
      const until = time + ms;
      for (;;) {
        const due = [...armed].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        armed.delete(due);
        time = Math.max(time, due.at);
        due.callback();
      }
      time = until;
    },
  };
}
