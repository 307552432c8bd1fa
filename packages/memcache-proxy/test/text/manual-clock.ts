import type { Clock } from '@lockstep/core';

/** A clock that moves when it is told to, and fires what is due on the way. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function createManualClock(): ManualClock {
  let time = 1_000_000;
  const armed = new Map<object, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => time,
    monotonic: () => time,
    setTimer(callback, delayMs) {
      const id = {};
      armed.set(id, { at: time + delayMs, callback });
      return { cancel: () => void armed.delete(id) };
    },
    advance(ms) {
      const until = time + ms;
      const next = (): object | undefined =>
        [...armed].filter(([, { at }]) => at <= until).sort(([, left], [, right]) => left.at - right.at)[0]?.[0];
      for (let id = next(); id !== undefined; id = next()) {
        const { at, callback } = armed.get(id)!;
        armed.delete(id);
        time = Math.max(time, at);
        callback();
      }
      time = until;
    },
  };
}
