import type { Clock } from '@lockstep/core';

/** One moment on both clocks of a machine. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** Up to when everything was heard: of several shards the oldest. */
export interface Horizon {
  /** The moment on the monotonic clock; -Infinity while a shard has none. */
  readonly at: () => number;
  /** Its age; Infinity while a shard has none. */
  readonly ageMs: () => number;
  /** Everything of that shard was heard up to then. Never moves back. */
  move(shard: number, to: Moment): void;
  /** There is none any more. */
  drop(): void;
}

const NEVER: Moment = { monotonic: -Infinity, wall: -Infinity };

/** The moment that it is. */
export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/** The horizon of one who has heard nothing yet. */
export function createHorizon(shards: number, clock: Clock): Horizon {
  const heard = Array.from({ length: shards }, () => NEVER);
  let oldest = NEVER;
  let isDropped = false;
  return {
    at: () => oldest.monotonic,
    // The monotonic clock stands still while a machine is suspended, and the wall clock can be set back: the later one is right.
    ageMs: () => Math.max(clock.monotonic() - oldest.monotonic, clock.now() - oldest.wall),
    move(shard, to) {
      if (isDropped || to.monotonic < heard[shard]!.monotonic) return;
      heard[shard] = to;
      oldest = {
        monotonic: Math.min(...heard.map(({ monotonic }) => monotonic)),
        wall: Math.min(...heard.map(({ wall }) => wall)),
      };
    },
    drop() {
      isDropped = true;
      oldest = NEVER;
    },
  };
}
