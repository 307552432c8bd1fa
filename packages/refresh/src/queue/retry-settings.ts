import { checkAtLeast, checkCount } from '../check-number.ts';
import type { RetryBackoff } from './retry-delay.ts';

/** What becomes of a task that fails. */
export interface RetryOptions {
  /** How often a task is tried before it is dead. @default 4 */
  readonly attempts?: number;
  readonly backoff?: RetryBackoff;
  /** How many dead tasks are kept, at most one per key; the oldest go first. @default 1_000 */
  readonly maxDead?: number;
  /** For how long, in ms, a dead task is kept. @default 7 days */
  readonly deadForMs?: number;
}

/** The same, complete and checked. */
export interface RetrySettings {
  readonly attempts: number;
  readonly backoff: Required<RetryBackoff>;
  readonly maxDead: number;
  readonly deadForMs: number;
}

/** @throws RangeError when a number makes no sense */
export function retrySettings(options: RetryOptions): RetrySettings {
  const { attempts = 4, maxDead = 1000, deadForMs = 7 * 24 * 3_600_000 } = options;
  const { minMs = 1000, maxMs = 60_000, factor = 2 } = options.backoff ?? {};
  return {
    attempts: checkCount('attempts', attempts),
    backoff: {
      minMs: checkCount('backoff.minMs', minMs),
      maxMs: checkAtLeast('backoff.maxMs', maxMs, minMs),
      factor: checkAtLeast('backoff.factor', factor, 1),
    },
    maxDead: checkCount('maxDead', maxDead),
    deadForMs: checkAtLeast('deadForMs', deadForMs, 1000),
  };
}
