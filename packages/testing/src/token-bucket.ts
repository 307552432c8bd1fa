const BURST_SECONDS = 0.05;

/** Lets a given number of bytes through per second, all its takers together. */
export class TokenBucket {
  readonly #bytesPerSecond: number;
  readonly #burst: number;
  readonly #monotonic: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(bytesPerSecond: number, monotonic: () => number = () => performance.now()) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#burst = Math.max(1, bytesPerSecond * BURST_SECONDS);
    this.#monotonic = monotonic;
    this.#tokens = this.#burst;
    this.#filledAt = monotonic();
  }

  /** Takes at most `wanted` bytes, and returns how many may pass now. */
  take(wanted: number): number {
    const now = this.#monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#bytesPerSecond);
    this.#filledAt = now;
    const granted = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= granted;
    return granted;
  }

  /** Milliseconds until at least one byte may pass. */
  waitMs(): number {
    return Math.max(1, ((1 - this.#tokens) / this.#bytesPerSecond) * 1000);
  }
}
