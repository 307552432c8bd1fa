import type { Clock } from '@lockstep/core';

/** What a gate goes by. */
export interface ServingGateOptions {
  readonly clock: Clock;
  /** How long ago the process had heard every invalidation, suspension included. It may go up by itself only. */
  readonly horizonAgeMs: () => number;
  /** With an older horizon nothing may be served. */
  readonly maxStalenessMs: number;
  /** Whether `hitMoment` looks at the clock every time, or once for the code that runs now. @default 'hit' */
  readonly clockPer?: ClockPer;
}

/** How often hits look at the clock. */
export type ClockPer = 'hit' | 'turn';

/** Tells at the moment of serving whether this process may serve what it holds, for the price of one clock. */
export interface ServingGate {
  /**
   * Now on `clock.monotonic()`, rounded up by 1 ms at most; Infinity while the horizon is too old. So `until > moment()`
   * says both that an entry is fresh and that it may be served.
   */
  moment(): number;
  /** The same for a plain hit. Per turn: as it was when the code that runs now first asked, or at most 64 hits ago. */
  hitMoment(): number;
  /** Looks again at the next moment: for when the horizon was lost. */
  recheck(): void;
}

/** The width of a look: what it finds holds as long as the wall clock shows the same millisecond. */
const LOOK_MS = 1;
/** So many hits share a look, which makes it as good as free, while a long loop still sees the time go by. */
const HITS_PER_LOOK = 64;
/** While hits come one in a turn, one in so many tries whether more come now. */
const HITS_PER_TRY = 16;
const settled = Promise.resolve();

/**
 * A gate. A clock costs as much as a read of the store, and the horizon asks for two. So only the wall clock is read
 * every time, and everything else when it shows another millisecond than at the last look. A process that was blocked,
 * frozen or suspended in between finds another millisecond. A wall clock that is set back causes one more look, which
 * goes by the monotonic clock.
 */
export function createServingGate(options: ServingGateOptions): ServingGate {
  return options.clockPer === 'turn' ? new TurnGate(options) : new WallGate(options);
}

class WallGate implements ServingGate {
  readonly #clock: Clock;
  readonly #horizonAgeMs: () => number;
  readonly #maxStalenessMs: number;
  #millisecond: number = Number.NaN;
  #moment: number = Infinity;

  constructor({ clock, horizonAgeMs, maxStalenessMs }: ServingGateOptions) {
    this.#clock = clock;
    this.#horizonAgeMs = horizonAgeMs;
    this.#maxStalenessMs = maxStalenessMs;
  }

  moment(): number {
    const now = this.#clock.now();
    return now === this.#millisecond ? this.#moment : this.#look(now);
  }

  hitMoment(): number {
    return this.moment();
  }

  recheck(): void {
    this.#millisecond = Number.NaN;
  }

  #look(now: number): number {
    this.#millisecond = now;
    const canServe = this.#horizonAgeMs() + LOOK_MS < this.#maxStalenessMs;
    this.#moment = canServe ? this.#clock.monotonic() + LOOK_MS : Infinity;
    return this.#moment;
  }
}

/**
 * What a look found holds for the hits of the code that runs now: until promise callbacks that wait by then have run. That
 * costs a callback, which a hit that comes alone would pay for nothing: after such a one hits look for themselves, and one
 * of some tries again.
 */
class TurnGate extends WallGate {
  #found: number = Infinity;
  #left = 0;
  #isEnding = false;
  #alone = 0;

  override hitMoment(): number {
    if (this.#left === 0) return this.#lookForHits();
    this.#left--;
    return this.#found;
  }

  override recheck(): void {
    super.recheck();
    this.#left = 0;
  }

  #lookForHits(): number {
    this.#found = this.moment();
    if (this.#alone > 0) this.#alone--;
    else this.#share();
    return this.#found;
  }

  #share(): void {
    this.#left = HITS_PER_LOOK - 1;
    if (this.#isEnding) return;
    this.#isEnding = true;
    void settled.then(this.#end);
  }

  readonly #end = (): void => {
    this.#isEnding = false;
    if (this.#left === HITS_PER_LOOK - 1) this.#alone = HITS_PER_TRY;
    this.#left = 0;
  };
}
