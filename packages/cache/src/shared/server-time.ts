import type { Clock } from '@lockstep/core';

/** Reckons the wall clock of a server from its answers, so that the clocks of the fleet need not agree. */
export interface ServerTime {
  /** The server's time in ms, by at most one round trip too late and never too early. NaN before it is known. */
  now(): number;
  /** Takes the time that a request sent at `sentAt` (by `mark`) has brought. */
  learn(serverMs: number, sentAt: Moment): void;
  /** The moment to pass to `learn`. */
  mark(): Moment;
  /** True when, at the last `now`, no answer had been heard for so long that the clocks may have drifted apart. */
  readonly isOld: boolean;
}

/** One moment on both clocks. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

const KEPT_MS = 30_000;
const OLD_MS = 60_000;

/**
 * The server's clock seen from here. The moment of sending stands for that of the answer, which errs by the way there
 * and makes values expire that much early. What has passed since is the larger of what the two clocks say: the
 * monotonic one may stop while the machine is suspended.
 */
export function createServerTime(clock: Clock): ServerTime {
  let base = Number.NaN;
  let at: Moment = { monotonic: 0, wall: 0 };
  const mark = (): Moment => ({ monotonic: clock.monotonic(), wall: clock.now() });
  const since = (then: Moment): number => Math.max(clock.monotonic() - then.monotonic, clock.now() - then.wall);
  let isOld = true;
  const now = (): number => {
    const passed = since(at);
    if (passed > OLD_MS) isOld = true;
    return base + passed;
  };
  return {
    mark,
    now,
    learn(serverMs, sentAt) {
      // A slow answer says less than what is known; but what is known ages.
      const isBetter = !(serverMs + since(sentAt) > now()) || since(at) > KEPT_MS;
      if (!isBetter) return;
      base = serverMs;
      at = sentAt;
      isOld = false;
    },
    get isOld() {
      return isOld;
    },
  };
}
