import type { Clock, Timer } from '@lockstep/core';

import type { ManualClock } from '../manual-clock.ts';

/** The clock of a simulated process, and its way to the outside. */
export interface SimLink {
  readonly clock: Clock;
  readonly isFrozen: boolean;
  readonly isCrashed: boolean;
  /** Since when it has not been alive; undefined while it is. */
  readonly goneSince: number | undefined;
  /** How often it was frozen so far. */
  readonly freezes: number;
  /** Freeze it as soon as it is about to write. */
  freezesAtWrite: boolean;
  /** A message on its way, out or in. Never arrives when the process has crashed meanwhile. */
  hop(): Promise<void>;
  /** Runs it when the process runs. */
  whenAlive(run: () => void): void;
  freeze(): void;
  thaw(): void;
  crash(): void;
}

/** The longest that a message is under way, in ms. */
export const MAX_HOP_MS = 20;

/** Makes one on the clock of the world. */
export function createSimLink(world: ManualClock, random: () => number): SimLink {
  let isFrozen = false;
  let isCrashed = false;
  let goneSince: number | undefined;
  let freezes = 0;
  const deferred: (() => void)[] = [];
  function whenAlive(run: () => void): void {
    if (isCrashed) return;
    if (isFrozen) deferred.push(run);
    else run();
  }
  return {
    clock: {
      now: () => world.now(),
      monotonic: () => world.monotonic(),
      setTimer(callback, delayMs): Timer {
        let isCancelled = false;
        const run = (): void => {
          if (!isCancelled) callback();
        };
        const timer = world.setTimer(() => whenAlive(run), delayMs);
        return {
          cancel() {
            isCancelled = true;
            timer.cancel();
          },
        };
      },
    },
    get isFrozen() {
      return isFrozen;
    },
    get isCrashed() {
      return isCrashed;
    },
    get goneSince() {
      return goneSince;
    },
    get freezes() {
      return freezes;
    },
    freezesAtWrite: false,
    hop: () =>
      new Promise((resolve) => {
        world.setTimer(() => whenAlive(resolve), Math.floor(random() * MAX_HOP_MS));
      }),
    whenAlive,
    freeze() {
      if (isFrozen || isCrashed) return;
      isFrozen = true;
      freezes++;
      goneSince = world.monotonic();
    },
    thaw() {
      if (!isFrozen || isCrashed) return;
      isFrozen = false;
      goneSince = undefined;
      for (const run of deferred.splice(0)) run();
    },
    crash() {
      isCrashed = true;
      goneSince ??= world.monotonic();
      deferred.length = 0;
    },
  };
}
