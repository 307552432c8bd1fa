import type { Deadline } from '../deadlines.ts';
import type { ReadEntry } from '../view.ts';

/** What is known of a flight when it takes off. */
export interface FlightPlan {
  readonly key: string;
  /** On the monotonic clock. What it brings is at least as new as this. */
  readonly startedAt: number;
  /** The moment of the tag ledger at which it began. */
  readonly startedMoment: number;
  /** What the follower had applied of the tags' shard when it began. */
  readonly tagEpoch: string;
  readonly tagSequence: number;
  /** False where an invalidation from before its start may still be unknown: then nothing is kept. */
  readonly mayKeep: boolean;
  /** Whether the log was being heard when it began. */
  readonly isServing: boolean;
  /** Whether a value may stand in for it while the log is not heard. */
  readonly servesUnheard: boolean;
}

/** A value being brought, which everyone who asks meanwhile waits for. */
export class Flight {
  readonly plan: FlightPlan;
  readonly result: Promise<ReadEntry<unknown>>;
  /** The hard timeout. */
  deadline: Deadline<Flight> | undefined = undefined;
  /** False while it waits for the one before it: what it brings is newer than everything asked for until then. */
  hasBegun = true;
  /** False once its key was heard invalidated: its value goes to those who wait already, and nowhere else. */
  isCurrent = true;
  /** What may stand in for it, while `mayStandIn`. */
  stale: StandIn | undefined;
  /** Called when `stale` appears. Made for the first that wants to know. */
  staleListeners: Set<() => void> | undefined = undefined;
  /** How many wait who may leave. */
  waiting = 0;
  /** Somebody waits who cannot leave, or it is to be finished in any case. */
  isHeld = false;
  /** What is still done with the value that it has brought. */
  keeping: Promise<void> | undefined = undefined;
  /** Kept by the registry: the flight of the same key before this one, and when this one was opened for others. */
  older: Flight | undefined = undefined;
  seal = 0;
  #controller: AbortController | undefined = undefined;
  readonly #landing: (flight: Flight) => void;
  #settle!: (entry: ReadEntry<unknown> | Promise<ReadEntry<unknown>>) => void;
  #fail!: (error: unknown) => void;
  #isSettled = false;

  /** @param landing called once when it has ended, before anybody who waits knows: nobody may join it who has seen its end */
  constructor(plan: FlightPlan, stale: StandIn | undefined, landing: (flight: Flight) => void) {
    this.plan = plan;
    this.stale = stale;
    this.#landing = landing;
    this.result = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
  }

  /** Ends it with what it has brought. Of all that end it only the first counts. */
  resolve(entry: ReadEntry<unknown>): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#landing(this);
    this.#settle(entry);
  }

  /** It ends as this does. */
  follow(work: Promise<ReadEntry<unknown>>): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const land = (): void => this.#landing(this);
    work.then(land, land);
    this.#settle(work);
    // Those who wait hear of a failure; it may be that all of them have left.
    this.result.catch(() => undefined);
  }

  /** Ends it without a value. */
  reject(cause: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#landing(this);
    this.#fail(cause);
    this.result.catch(() => undefined);
  }

  /**
   * Ends the work. It is made by the first who asks, for it costs as much as a read of the shared tier: whoever works
   * without it must look at `isAborted` when it is done.
   */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#controller?.signal.aborted === true;
  }

  /** Ends it: at the hard timeout, when all have left, when the cache is closed. */
  abort(reason: unknown): void {
    const isHeeded = this.#controller !== undefined;
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
    // Work that heeds the signal settles the result: it may have a stale value at hand.
    if (!isHeeded) this.reject(this.#controller.signal.reason);
  }
}

/** A value past its time to live. */
export interface StandIn {
  readonly entry: ReadEntry<unknown>;
  readonly tags: readonly string[];
  /** The moment of the tag ledger at which it was found. */
  readonly moment: number;
}

/** Offers a value that may stand in, to those who would rather take it than wait. */
export function offerStale(flight: Flight, stale: StandIn): void {
  if (flight.stale !== undefined) return;
  flight.stale = stale;
  for (const listener of Array.from(flight.staleListeners ?? [])) listener();
}
