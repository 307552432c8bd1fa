/** Delays that grow with each failure and start over with a success. */
export interface Backoff {
  /** The delay in milliseconds to wait before the next attempt. */
  next(): number;
  /** Call it after a success: the next delay is the first one again. */
  reset(): void;
}

/** How the delays grow. */
export interface BackoffOptions {
  /** Lower bound of the first delay. @default 50 */
  readonly minMs?: number;
  /** Upper bound of every delay. @default 5000 */
  readonly maxMs?: number;
  /** What each delay is multiplied by. @default 2 */
  readonly factor?: number;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/**
 * Exponential backoff with half of each delay random, so that clients that failed together do not
 * come back together.
 *
 * @throws RangeError when `minMs` is not positive, `maxMs` is below it or `factor` is below 1.
 */
export function createBackoff(options: BackoffOptions = {}): Backoff {
  const { minMs = 50, maxMs = 5000, factor = 2, random = Math.random } = options;
  if (!(minMs > 0)) throw new RangeError(`minMs must be positive, got ${minMs}`);
  if (!(maxMs >= minMs)) throw new RangeError(`maxMs must be at least minMs (${minMs}), got ${maxMs}`);
  if (!(factor >= 1)) throw new RangeError(`factor must be at least 1, got ${factor}`);
  let ceiling = minMs;
  return {
    next() {
      const delay = ceiling / 2 + (ceiling / 2) * random();
      ceiling = Math.min(maxMs, ceiling * factor);
      return delay;
    },
    reset() {
      ceiling = minMs;
    },
  };
}
