/** Retries beyond the share of the calls, so that a driver with few calls has any. */
const floor = 3;
/** Retries per call made. */
const share = 0.1;
/** The calls of how many milliseconds count. */
const windowMs = 10_000;

/**
 * Bounds retries to a tenth of the calls of the last ten to twenty seconds and three more: a node
 * that breaks every connection must not get its load twice.
 */
export class RetryBudget {
  #windowStart = 0;
  #calls = 0;
  #callsBefore = 0;
  #retries = 0;
  #retriesBefore = 0;

  /** Counts a call. */
  count(now: number): void {
    if (now - this.#windowStart >= windowMs) this.#turn(now);
    this.#calls++;
  }

  /** True when one more retry is allowed, which is counted then. */
  take(now: number): boolean {
    if (now - this.#windowStart >= windowMs) this.#turn(now);
    const allowed = floor + share * (this.#calls + this.#callsBefore);
    if (this.#retries + this.#retriesBefore + 1 > allowed) return false;
    this.#retries++;
    return true;
  }

  #turn(now: number): void {
    const isNext = now - this.#windowStart < 2 * windowMs;
    this.#callsBefore = isNext ? this.#calls : 0;
    this.#retriesBefore = isNext ? this.#retries : 0;
    this.#calls = 0;
    this.#retries = 0;
    this.#windowStart = now;
  }
}
