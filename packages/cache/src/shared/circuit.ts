import { type Clock, createBackoff } from '@lockstep/core';

/** When a circuit opens and how it closes again. */
export interface CircuitOptions {
  /** Consecutive failures that open it. @default 5 */
  readonly openAfter?: number;
  /** The first wait before a call is let through to see; it doubles up to `maxProbeMs`. @default 100 */
  readonly minProbeMs?: number;
  /** @default 5_000 */
  readonly maxProbeMs?: number;
}

/** Keeps calls from something that does not answer. */
export interface Circuit {
  readonly isOpen: boolean;
  /** True when a call may go through. While open, that is one call at a time, and only now and then. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
}

/**
 * A circuit breaker: open after consecutive failures, closed by the first success.
 *
 * @throws RangeError when `openAfter` is not a positive integer, or for times that `createBackoff` refuses.
 */
export function createCircuit(clock: Clock, random: () => number, options: CircuitOptions = {}): Circuit {
  const { openAfter = 5, minProbeMs = 100, maxProbeMs = 5_000 } = options;
  if (!(Number.isInteger(openAfter) && openAfter >= 1)) {
    throw new RangeError(`openAfter must be a positive integer, got ${openAfter}`);
  }
  const backoff = createBackoff({ minMs: minProbeMs, maxMs: maxProbeMs, random });
  let failures = 0;
  let probeAt = 0;
  return {
    get isOpen() {
      return failures >= openAfter;
    },
    admits() {
      if (failures < openAfter) return true;
      const now = clock.monotonic();
      if (now < probeAt) return false;
      // Whatever becomes of this one, the next must wait: a probe that never settles cannot let all through.
      probeAt = now + backoff.next();
      return true;
    },
    succeeded() {
      if (failures >= openAfter) backoff.reset();
      failures = 0;
    },
    failed() {
      failures++;
      if (failures === openAfter) probeAt = clock.monotonic() + backoff.next();
    },
  };
}
