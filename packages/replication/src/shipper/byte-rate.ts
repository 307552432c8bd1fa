import type { Clock } from '@lockstep/core';

/** A cap of bytes per second, with the allowance of a tenth of a second at rest. Later sends pay for earlier ones. */
export class ByteRate {
  readonly #bytesPerMs: number;
  readonly #burstMs = 100;
  readonly #clock: Clock;
  /** Monotonic moment up to which the allowance is spent. */
  #spentTo = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#clock = clock;
  }

  /** Milliseconds to wait before the next send; 0 when it may go now. */
  get waitMs(): number {
    return Math.max(0, this.#spentTo - this.#clock.monotonic());
  }

  /** Takes `bytes` out of the allowance. */
  spend(bytes: number): void {
    const from = Math.max(this.#spentTo, this.#clock.monotonic() - this.#burstMs);
    this.#spentTo = from + bytes / this.#bytesPerMs;
  }
}
