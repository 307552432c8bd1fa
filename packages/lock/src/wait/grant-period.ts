/** So long, in ms, a lock is kept at least for a waiter that is told of it, and at most. */
const MIN_MS = 30;
const MAX_MS = 2000;
/** A waiter answers a push as fast as the lock service answers it, or its event loop allows: with so much to spare. */
const SPARE = 3;
/** How much of an older, longer answer is forgotten with each answer. */
const DECAY = 0.1;
/** One answer that took long, as after a pause of the process, says little about the next: it counts for so much more. */
const GROWTH = 2;

/**
 * For how long a lock is to be kept for a waiter of this process that is told of it, until he asks for it. One that
 * stands still costs all others this long, so it is as short as this process is fast at present.
 */
export class GrantPeriod {
  #slowMs = MIN_MS / SPARE;

  /** In whole ms; never more than the lease. */
  within(ttlMs: number): number {
    return Math.round(Math.min(ttlMs, MAX_MS, Math.max(MIN_MS, this.#slowMs * SPARE)));
  }

  /** The lock service was asked and has answered. */
  answeredIn(ms: number): void {
    const heardMs = Math.min(ms, this.#slowMs * GROWTH);
    this.#slowMs = Math.max(MIN_MS / SPARE, heardMs, this.#slowMs * (1 - DECAY) + heardMs * DECAY);
  }

  /** A waiter came too late for what he was granted. */
  missed(): void {
    this.#slowMs = (GROWTH * this.within(MAX_MS)) / SPARE;
  }
}
