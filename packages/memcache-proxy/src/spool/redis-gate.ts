import { type Backoff, type Clock, createBackoff } from '@lockstep/core';

/** Keeps calls from a Redis that failed until it is time to try again, so that nobody waits for each of them. */
export class RedisGate {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #closedUntil = -Infinity;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#backoff = createBackoff({ minMs: 100, maxMs: 5000, random });
  }

  get isOpen(): boolean {
    return this.#clock.monotonic() >= this.#closedUntil;
  }

  /** Runs a call and learns from how it ends; it ends the same. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.#backoff.reset();
      this.#closedUntil = -Infinity;
      return result;
    } catch (error) {
      this.#closedUntil = this.#clock.monotonic() + this.#backoff.next();
      throw error;
    }
  }
}
