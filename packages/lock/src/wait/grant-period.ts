/** So long, in ms, a lock is kept at least for a waiter that is told of it, and at most. */
const MIN_MS = 50;
const MAX_MS = 2000;
/** A waiter answers a push as fast as the lock service answers it, or its event loop allows: with so much to spare. */
const SPARE = 5;
/** How much of an older, longer answer is forgotten with each answer. */
const DECAY = 0.1;

/**
 * For how long a lock is to be kept for a waiter of this process that is told of it, until he asks for it. One that
 * stands still costs all others this long, so it is as short as this process is fast at present.
 */
export class GrantPeriod {
  #slowestMs = 0;

  /** In whole ms; never more than the lease. */
  within(ttlMs: number): number {
    return Math.round(Math.min(ttlMs, MAX_MS, Math.max(MIN_MS, this.#slowestMs * SPARE)));
  }

  /** The lock service was asked and has answered. */
  answeredIn(ms: number): void {
    this.#slowestMs = Math.max(ms, this.#slowestMs * (1 - DECAY) + ms * DECAY);
  }

  /** A waiter came too late for what he was granted. */
  missed(): void {
    this.#slowestMs = (2 * this.within(MAX_MS)) / SPARE;
  }
}
