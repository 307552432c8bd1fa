import type { Clock } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';

import { checkNumber } from './check-number.ts';
import type { ClockPer } from './local/serving-gate.ts';
import { checkTierTimes, checkWhenPartitioned } from './read/check-read-policy.ts';
import type { SharedTier } from './shared/shared-tier.ts';
import type { WhenPartitioned } from './view-options.ts';

/** What a cache listens to, where it shares values, and what it is bound by. */
export interface CacheOptions {
  /** What to listen to and to publish in. You own it: the cache closes only the follower that it starts. */
  readonly log: InvalidationLog;
  /** Where processes share values. @default noSharedTier() */
  readonly shared?: SharedTier;
  /** How many entries this process keeps, of all views together; 16,777,216 at most. @default 10_000 */
  readonly maxEntries?: number;
  /** How many bytes they may have together, by `sizeOf`. @default none */
  readonly maxBytes?: number;
  /** How many bytes a value counts. Needed for `maxBytes`, here or in each view. */
  readonly sizeOf?: (value: unknown) => number;
  /** No value is served by this process later than this after its invalidation was confirmed. @default 2000 */
  readonly maxStalenessMs?: number;
  /**
   * How often a hit in this process looks at the clock, which costs more than all the rest of it. `hit`: every time.
   * `turn`: once for the code that runs now, and again after 64 hits in it. Then what is served was known to be fresh
   * when that code first asked: if it blocks in between, it may serve by as much later than `maxStalenessMs`, also what
   * was invalidated `everywhere`. @default 'hit'
   */
  readonly clockPer?: ClockPer;
  /**
   * What to do while the log has not been heard for that long. `origin`: ask the loader, keep nothing. `stale`: serve
   * what is held, marked. `throw`: reject with ERR_CACHE_PARTITIONED. @default 'origin'
   */
  readonly whenPartitioned?: WhenPartitioned;
  /** How long other processes wait for one that has begun to load and died. @default 5000 */
  readonly loadLeaseMs?: number;
  /** What each call of the shared tier may take, and how long a write waits to be heard here. @default 250 */
  readonly sharedTimeoutMs?: number;
  /** How many loads may be under way; beyond it reads reject with ERR_CACHE_OVERLOADED. @default 1000 */
  readonly maxConcurrentLoads?: number;
  /** How many unconfirmed invalidations are remembered; beyond it everything is cleared instead. @default 10_000 */
  readonly maxOutbox?: number;
  /** A failure that no caller hears of. @default process.emitWarning */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** @throws TypeError or RangeError for what makes no sense. */
export function checkCacheOptions(options: CacheOptions): CacheOptions {
  const { log, maxEntries, maxBytes, maxStalenessMs, maxConcurrentLoads, maxOutbox } = options;
  if (typeof log?.follow !== 'function') throw new TypeError('log must be an invalidation log');
  if (maxEntries !== undefined) checkNumber('maxEntries', maxEntries, { min: 1, isInteger: true });
  if (maxBytes !== undefined) checkNumber('maxBytes', maxBytes, { min: 1 });
  if (maxStalenessMs !== undefined) checkNumber('maxStalenessMs', maxStalenessMs, { min: 100, max: 3_600_000 });
  checkTierTimes(options);
  if (maxConcurrentLoads !== undefined) checkNumber('maxConcurrentLoads', maxConcurrentLoads, { min: 1 });
  if (maxOutbox !== undefined) checkNumber('maxOutbox', maxOutbox, { min: 1, isInteger: true });
  const { clockPer } = options;
  if (clockPer !== undefined && clockPer !== 'hit' && clockPer !== 'turn') {
    throw new TypeError(`clockPer must be 'hit' or 'turn', got ${JSON.stringify(clockPer)}`);
  }
  if (options.whenPartitioned !== undefined) checkWhenPartitioned(options.whenPartitioned);
  return options;
}
