import type { Clock, Timer } from '@lockstep/core';

/** More keys than this are not watched at once: those who wait ask now and then anyway. */
const MAX_WATCHED = 1000;
/** The server ends a grant within a millisecond or two of its time. */
const MIN_JITTER_MS = 1;
const MAX_JITTER_MS = 6;

/** What a watch works with. */
export interface GrantWatchOptions {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Passes on a lock that is free; resolves with for how long, in ms, it was granted to whom others wait behind, or 0. */
  readonly passOn: (key: string) => Promise<number>;
}

/** Looks after what this process has passed on: whoever was granted a lock by a release may stand still. */
export interface GrantWatch {
  /** Whether nothing is looked after. */
  readonly isEmpty: boolean;
  /** Others wait behind one who was granted the lock for so long, in ms. */
  granted(key: string, ms: number): void;
  /** The lock was asked for since: whoever asked knows when to ask again. */
  asked(key: string): void;
  close(): void;
}

/** Watches nothing yet. */
export function createGrantWatch({ clock, random, passOn }: GrantWatchOptions): GrantWatch {
  const timers = new Map<string, Timer>();
  let isClosed = false;

  function granted(key: string, ms: number): void {
    asked(key);
    if (ms <= 0 || isClosed || timers.size >= MAX_WATCHED) return;
    lookAt(key, clock.monotonic() + ms + MIN_JITTER_MS + random() * (MAX_JITTER_MS - MIN_JITTER_MS));
  }

  function lookAt(key: string, at: number): void {
    timers.set(
      key,
      clock.setTimer(() => void look(key, at), at - clock.monotonic()),
    );
  }

  async function look(key: string, at: number): Promise<void> {
    // A timer that is set in a long turn fires too early by the time that the turn had taken.
    if (clock.monotonic() < at) return lookAt(key, at);
    timers.delete(key);
    // Without an answer, those who wait find out by themselves, later.
    const againMs = await passOn(key).catch(() => 0);
    if (!timers.has(key)) granted(key, againMs);
  }

  function asked(key: string): void {
    timers.get(key)?.cancel();
    timers.delete(key);
  }

  return {
    get isEmpty() {
      return timers.size === 0;
    },
    granted,
    asked,
    close() {
      isClosed = true;
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
