import type { Clock } from '@lockstep/core';

import type { CacheError, CacheErrorCode } from '../cache-error.ts';

/** Passes on what may happen with every read, and not each time. */
export type ProblemReporter = (code: CacheErrorCode, make: () => CacheError) => void;

const QUIET_MS = 10_000;

/** Reports the first error of a code, and then at most one of it every ten seconds. */
export function createProblemReporter(onError: (error: Error) => void, clock: Clock): ProblemReporter {
  const lastAt = new Map<CacheErrorCode, number>();
  return (code, make) => {
    const now = clock.monotonic();
    const last = lastAt.get(code);
    if (last !== undefined && now - last < QUIET_MS) return;
    lastAt.set(code, now);
    onError(make());
  };
}
