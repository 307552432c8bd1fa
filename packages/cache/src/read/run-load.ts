import { CacheError } from '../cache-error.ts';
import { hearsLoads, outcomeOf, publishLoad } from '../channels.ts';
import type { LoadContext } from '../load-context.ts';
import { checkTags } from '../check-tags.ts';
import { checkNumber } from '../check-number.ts';
import type { CacheCore } from './cache-core.ts';
import type { Flight } from './flight.ts';
import { isolated } from './isolation.ts';
import type { Loaded, LoadRequest } from './load-request.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Calls the loader.
 *
 * @throws what it throws, ERR_CACHE_OVERLOADED, and the reason of the flight's signal.
 */
export async function runLoad(
  core: CacheCore,
  request: LoadRequest,
  flight: Flight,
  isCounted = true,
): Promise<Loaded> {
  const { view, tagsOf } = request;
  let ownTtlMs: number | undefined;
  let ownTags: readonly string[] = [];
  let isSkipped = false;
  const { signal, stale } = flight;
  const context: LoadContext = {
    signal,
    stale: stale === undefined ? undefined : { value: stale.entry.value },
    setTtl: (ms) => void (ownTtlMs = checkNumber('ttlMs', ms, { min: 0, max: MAX_TTL_MS })),
    setTags: (tags) => void (ownTags = checkTags(tags)),
    skipStore: () => void (isSkipped = true),
    keep() {
      if (stale === undefined) throw new TypeError('there is no stale value to keep');
      return stale.entry.value;
    },
  };
  // A loader that throws at once counts like one that rejects.
  const call = async (): Promise<unknown> => request.load(context);
  const brought = isCounted ? counted(core, view.name, call, signal) : untilAborted(call(), signal);
  const value = isolated(await brought, view.isolation);
  const tags = value === undefined || tagsOf === undefined ? ownTags : [...tagsOf(value), ...ownTags];
  return { value, ttlMs: isSkipped ? 0 : ttlOf(core, request, value, ownTtlMs), tags: checkTags(tags) };
}

/**
 * Calls a loader, as one of those that may run at a time.
 *
 * @throws what it throws, ERR_CACHE_OVERLOADED, and the reason of the signal.
 */
export async function counted<Result>(
  core: CacheCore,
  view: string,
  call: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { slots, stats, clock } = core;
  if (!slots.tryEnter()) {
    stats.loadsRefused++;
    throw new CacheError('ERR_CACHE_OVERLOADED', `${slots.inUse} loads are under way`);
  }
  stats.loads++;
  const startedAt = hearsLoads() ? clock.monotonic() : undefined;
  const report = (outcome: string): void => {
    if (startedAt !== undefined) publishLoad({ view, durationMs: clock.monotonic() - startedAt, outcome });
  };
  try {
    const result = await untilAborted(call(), signal);
    report('ok');
    return result;
  } catch (error) {
    stats.loadsFailed++;
    report(outcomeOf(error));
    throw error;
  } finally {
    slots.leave();
  }
}

/** The longest time to live: 30 days. */
export const MAX_TTL_MS: number = 30 * 24 * 3600 * 1000;

function ttlOf(core: CacheCore, request: LoadRequest, value: unknown, ownTtlMs: number | undefined): number {
  const { ttlMs, negativeTtlMs, jitter } = request.policy;
  if (ownTtlMs === undefined && value === undefined && negativeTtlMs === undefined) return 0;
  const isNegative = value === undefined || value === null;
  const plainMs = ownTtlMs ?? (isNegative ? (negativeTtlMs ?? ttlMs) : ttlMs);
  return plainMs * (1 - jitter * core.random());
}
