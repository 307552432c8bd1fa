import { type Clock, createBackoff } from '@lockstep/core';

/** Keeps calls from a store that does not answer. */
export interface Circuit {
  /** True when a call may go through. While open, that is one call now and then. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
}

const OPEN_AFTER = 5;

/** A circuit breaker: open after five failures in a row, closed by the first success; it looks every 0.1 to 2 seconds. */
export function createCircuit(clock: Clock, random: () => number): Circuit {
  const backoff = createBackoff({ minMs: 100, maxMs: 2000, random });
  let failures = 0;
  let probeAt = 0;
  return {
    admits() {
      if (failures < OPEN_AFTER) return true;
      const now = clock.monotonic();
      if (now < probeAt) return false;
      // Whatever becomes of this one, the next must wait: a probe that never settles cannot let all through.
      probeAt = now + backoff.next();
      return true;
    },
    succeeded() {
      if (failures === 0) return;
      backoff.reset();
      failures = 0;
    },
    failed() {
      failures++;
      if (failures === OPEN_AFTER) probeAt = clock.monotonic() + backoff.next();
    },
  };
}
