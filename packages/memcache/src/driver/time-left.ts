import type { Clock } from '@lockstep/core';

import type { CallOptions } from './driver.ts';

/** What bounds the next request of a call that makes several. */
export interface TimeLeft {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives, each time it is called, the options of a call with what is left of its time by then: at least 1 ms. A
 * `timeoutMs` that makes no sense stays what it is, for the driver to refuse.
 */
export function timeLeft(options: CallOptions = {}, defaultMs: number, clock: Clock): () => TimeLeft {
  const { timeoutMs = defaultMs, signal } = options;
  const endsAt = clock.monotonic() + timeoutMs;
  return () => ({ timeoutMs: timeoutMs > 0 ? Math.max(1, endsAt - clock.monotonic()) : timeoutMs, signal });
}

/** Half of it, for a request that must leave time for the next one. */
export function half({ timeoutMs, signal }: TimeLeft): TimeLeft {
  return { timeoutMs: timeoutMs / 2, signal };
}
