/** Bounds of a window. */
export interface AdaptiveWindowOptions {
  /** Most batches in flight. */
  readonly max: number;
}

/** An answer may take this many times as long as the quickest of late before it counts as queueing. */
const LATENCY_FACTOR = 2;
/** And this many milliseconds longer: small differences say nothing. */
const LATENCY_SLACK_MS = 20;
/** The quickest answer of late is forgotten little by little, so that a slower path becomes the measure. */
const BASE_DRIFT = 1.01;

/**
 * How many batches may be in flight: one more for each full window of quick answers, a quarter less
 * when answers become slow, half after a failure (additive increase, multiplicative decrease).
 */
export class AdaptiveWindow {
  readonly #max: number;
  #size: number;
  #baseMs = Number.POSITIVE_INFINITY;
  /** Answers until the size may be lowered for latency again: one window sees one queue. */
  #calm = 0;

  constructor({ max }: AdaptiveWindowOptions) {
    this.#max = max;
    this.#size = Math.min(2, max);
  }

  /** Batches that may be in flight, at least 1. */
  get size(): number {
    return Math.floor(this.#size);
  }

  /** An answer came after `latencyMs`; `isFull` says whether the window held anything back. */
  answered(latencyMs: number, isFull: boolean): void {
    this.#baseMs = Math.min(this.#baseMs * BASE_DRIFT, latencyMs);
    this.#calm = Math.max(0, this.#calm - 1);
    if (latencyMs > this.#baseMs * LATENCY_FACTOR + LATENCY_SLACK_MS) {
      if (this.#calm > 0) return;
      this.#calm = this.size;
      this.#size = Math.max(1, this.#size * 0.75);
    } else if (isFull) {
      this.#size = Math.min(this.#max, this.#size + 1 / this.#size);
    }
  }

  /** A batch failed, or did not follow the receiver's cursor. */
  failed(): void {
    this.#size = Math.max(1, this.#size / 2);
  }
}
