import { isDeepStrictEqual } from 'node:util';

import { sleep, type Timer, toError } from '@lockstep/core';

import type { Cache } from '../cache.ts';
import { checkNumber } from '../check-number.ts';
import { assertOpen, cacheClosed } from '../read/cache-core.ts';
import type { LoadRequest } from '../read/load-request.ts';
import { createSafeReporter } from '../safe-reporter.ts';
import { createCandidates } from './candidates.ts';
import { coreOf } from './core-of.ts';
import { type Examined, examine, isSameCopy } from './examine.ts';
import { type CoherenceViolation, createViolations, type Suspect } from './violations.ts';

/** What a checker has counted since it was started. */
export interface CoherenceStats {
  readonly rounds: number;
  /** Keys that were compared with what their loader brings. */
  readonly checked: number;
  /** Keys that were not held any more when it was their turn, or were being written. */
  readonly skipped: number;
  /** Comparisons that failed, because the loader did or the shared tier. */
  readonly failed: number;
  /** Copies that differed at the first look. Most are invalidated a moment later. */
  readonly mismatches: number;
  readonly violations: number;
  /** Violations that are over: the copy is gone, or right again. */
  readonly ended: number;
  /** Violations that last, and the age of the oldest in milliseconds; 0 for none. */
  readonly open: number;
  readonly oldestMs: number;
  /** The longest that any violation has lasted, in milliseconds. */
  readonly longestMs: number;
}

/** What to check and how much. */
export interface CoherenceCheckerOptions {
  /** The names of the views to check, `''` for values of `getOrSet`. Leave out what changes without being invalidated. @default all */
  readonly views?: readonly string[];
  /** How often, give or take a quarter so that processes do not check together. @default 10_000 */
  readonly everyMs?: number;
  /** How many keys each time. Each costs one call of its loader, and one more where a copy differs. As many violations that last are looked at again. @default 10 */
  readonly sampleSize?: number;
  /** For how long a copy must differ to be a violation; at least `maxStalenessMs`. @default that and 1000 */
  readonly settleMs?: number;
  /** From how many of the keys that were read last it chooses. @default 1000 */
  readonly maxCandidates?: number;
  /** @default isDeepStrictEqual of node:util */
  readonly isEqual?: (one: unknown, other: unknown) => boolean;
  /** Told once of each violation. */
  readonly onViolation?: (violation: CoherenceViolation) => void;
  /** Told of comparisons that failed. @default that of the cache */
  readonly onError?: (error: Error) => void;
}

/** Checks samples of what a cache would serve. */
export interface CoherenceChecker extends AsyncDisposable {
  /**
   * Checks now, or as soon as the check under way has ended. Resolves with the violations that it has found and those
   * that last.
   *
   * @throws CacheError ERR_CACHE_CLOSED; the signal's reason.
   */
  check(options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly CoherenceViolation[]>;
  stats(): CoherenceStats;
  /** Stops checking. Idempotent. */
  close(): Promise<void>;
}

/** How many violations are followed up at a time. */
const MAX_OPEN = 1000;

/**
 * Starts to check a cache against its loaders: samples what this process and the shared tier would serve, and tells of
 * copies that differ from what the loader brings for longer than coherence allows. It finds writers that do not
 * invalidate, loaders that read lagging copies, and users who change the objects that they share. Keys that are read
 * from now on are checked. (After Polaris, with which Meta watches its caches: "Cache made consistent", 2022.)
 *
 * @throws TypeError for what `createCache` has not made; TypeError or RangeError for an option that makes no sense.
 */
export function createCoherenceChecker(cache: Cache, options: CoherenceCheckerOptions = {}): CoherenceChecker {
  const core = coreOf(cache);
  const { clock, random, maxStalenessMs } = core;
  const { views, everyMs = 10_000, sampleSize = 10, settleMs = maxStalenessMs + 1000, maxCandidates = 1000 } = options;
  const { isEqual = isDeepStrictEqual, onViolation } = options;
  const onError = createSafeReporter(options.onError ?? core.onError);
  checkNumber('everyMs', everyMs, { min: 10 });
  checkNumber('sampleSize', sampleSize, { min: 1, max: 10_000, isInteger: true });
  checkNumber('settleMs', settleMs, { min: maxStalenessMs, max: 3_600_000 });
  checkNumber('maxCandidates', maxCandidates, { min: 1, max: 1_000_000, isInteger: true });

  const candidates = createCandidates(maxCandidates, random);
  const violations = createViolations(MAX_OPEN);
  const counts = { rounds: 0, checked: 0, skipped: 0, failed: 0, mismatches: 0, violations: 0 };
  const closing = new AbortController();
  let timer: Timer | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const sample = (request: LoadRequest): void => {
    if (views === undefined || views.includes(request.view.name)) candidates.offer(request);
  };

  /** Undefined: there is nothing to compare. */
  async function attempt(request: LoadRequest, signal: AbortSignal): Promise<Examined | 'failed' | undefined> {
    assertOpen(core);
    try {
      const found = await examine(core, request, isEqual, signal);
      if (found === undefined) counts.skipped++;
      else counts.checked++;
      return found;
    } catch (error) {
      signal.throwIfAborted();
      counts.failed++;
      onError(toError(error));
      return 'failed';
    }
  }

  /** Looks again at what was found before. */
  async function reviewOpen(signal: AbortSignal): Promise<void> {
    for (const suspect of violations.next(sampleSize)) {
      const found = await attempt(suspect.request, signal);
      if (found !== 'failed') violations.review(suspect, found?.[suspect.where], clock.monotonic());
    }
  }

  async function findSuspects(signal: AbortSignal): Promise<readonly Suspect[]> {
    const suspects: Suspect[] = [];
    for (const request of candidates.pick(sampleSize)) {
      const found = await attempt(request, signal);
      if (found === undefined) candidates.drop(request.key);
      if (found === undefined || found === 'failed') continue;
      for (const where of ['local', 'shared'] as const) {
        const copy = found[where];
        if (copy === undefined || violations.has({ request, where })) continue;
        counts.mismatches++;
        suspects.push({ request, where, copy, seenAt: clock.monotonic() });
      }
    }
    return suspects;
  }

  /** What differs still after the time in which an invalidation must have been heard. */
  async function confirm(suspects: readonly Suspect[], signal: AbortSignal): Promise<void> {
    await sleep(settleMs, { signal, clock });
    const seen = new Map<LoadRequest, Examined | 'failed' | undefined>();
    for (const suspect of suspects) {
      const { request, where, copy } = suspect;
      if (!seen.has(request)) seen.set(request, await attempt(request, signal));
      const found = seen.get(request);
      if (found === undefined || found === 'failed' || !isSameCopy(copy, found[where])) continue;
      counts.violations++;
      tell(violations.add(suspect, clock.monotonic()));
    }
  }

  function tell(violation: CoherenceViolation): void {
    try {
      onViolation?.(violation);
    } catch (error) {
      onError(toError(error));
    }
  }

  async function round(signal: AbortSignal): Promise<readonly CoherenceViolation[]> {
    assertOpen(core);
    counts.rounds++;
    // What is not heard is not served either.
    if (core.gate.moment() !== Infinity) {
      await reviewOpen(signal);
      const suspects = await findSuspects(signal);
      if (suspects.length > 0) await confirm(suspects, signal);
    }
    return violations.list();
  }

  /** One round after the other. */
  function check(signal?: AbortSignal): Promise<readonly CoherenceViolation[]> {
    const ended = new AbortController();
    const end = (): void => ended.abort(closing.signal.aborted ? closing.signal.reason : signal?.reason);
    const sources = [closing.signal, ...(signal === undefined ? [] : [signal])];
    for (const source of sources) source.addEventListener('abort', end, { once: true });
    if (sources.some(({ aborted }) => aborted)) end();
    const next = last.then(async () => {
      ended.signal.throwIfAborted();
      return round(ended.signal);
    });
    last = next
      .catch(() => undefined)
      .finally(() => {
        for (const source of sources) source.removeEventListener('abort', end);
      });
    return next;
  }

  async function tick(): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!closing.signal.aborted && !core.isClosed()) onError(toError(error));
    }
    if (core.isClosed()) await checker.close();
    else arm();
  }

  function arm(): void {
    if (!closing.signal.aborted) timer = clock.setTimer(() => void tick(), everyMs * (0.75 + random() / 2));
  }

  const checker: CoherenceChecker = {
    check: ({ signal } = {}) => check(signal),
    stats: () => ({
      ...counts,
      ended: violations.ended,
      open: violations.size,
      oldestMs: violations.oldestMs,
      longestMs: violations.longestMs,
    }),
    async close() {
      core.samplers.delete(sample);
      timer?.cancel();
      closing.abort(cacheClosed());
      await last;
    },
    [Symbol.asyncDispose]: () => checker.close(),
  };
  assertOpen(core);
  core.samplers.add(sample);
  arm();
  return checker;
}
