import type { SharedStore, SharedValue } from '../shared/shared-tier.ts';
import type { CacheCore } from './cache-core.ts';
import type { Flight } from './flight.ts';
import type { Loaded, LoadRequest } from './load-request.ts';
import { NOTHING } from './nothing.ts';
import type { SharedOutcome } from './read-shared.ts';

/** Whether a value that this flight brought may be kept: no invalidation but of its key can have come after it began. */
function mayKeep(core: CacheCore, request: LoadRequest, flight: Flight, tags: readonly string[]): boolean {
  return (
    flight.plan.mayKeep &&
    !core.pending.hasKey(request.key) &&
    !core.pending.hasTag(tags) &&
    !core.fences.has(request.key) &&
    !core.ledger.isTouchedSince(tags, flight.plan.startedMoment) &&
    core.gate.moment() !== Infinity
  );
}

/** The tags of a value, with the one that it carries as a value of its view. */
function withOwnTag({ view: { ownTag } }: LoadRequest, tags: readonly string[]): readonly string[] {
  return ownTag === undefined ? tags : [...tags, ownTag];
}

/** Keeps a value in this process, unless it may be older than an invalidation. */
export function keepLocally(core: CacheCore, request: LoadRequest, flight: Flight, loaded: Loaded): void {
  keep(core, request, flight, loaded, withOwnTag(request, loaded.tags));
}

/** @param tags all that it carries, with the one of its view */
function keep(core: CacheCore, request: LoadRequest, flight: Flight, loaded: Loaded, tags: readonly string[]): void {
  if (loaded.ttlMs <= 0) return;
  if (!flight.isCurrent || !mayKeep(core, request, flight, tags)) {
    core.stats.fillsRefused++;
    return;
  }
  const { view, text, policy } = request;
  if (!request.useLocal) {
    // It was loaded because what is at hand will not do: that must not come back with the next read.
    if (request.forceLoad) view.space.forget(text);
    return;
  }
  const { graceMs, refreshAhead, idleMs } = policy;
  const plan = { ttlMs: loaded.ttlMs, graceMs, tags: loaded.tags, refreshAhead, idleMs, sizeOf: view.sizeOf };
  // What began earlier must not take the place of this later.
  for (let { older } = flight; older !== undefined; { older } = older) older.isCurrent = false;
  view.space.keep(text, loaded.value ?? (loaded.value === null ? null : NOTHING), plan, core.clock.monotonic());
}

/** Keeps a shared value in this process for as long as it is fresh there. */
export function keepShared(
  core: CacheCore,
  request: LoadRequest,
  flight: Flight,
  value: unknown,
  shared: SharedValue,
): void {
  // In this process a view is cleared as a whole.
  const { ownTag } = request.view;
  const tags =
    ownTag === undefined || shared.tags.length === 0 ? shared.tags : shared.tags.filter((tag) => tag !== ownTag);
  keep(core, request, flight, { value, ttlMs: shared.freshForMs, tags }, shared.tags);
}

/**
 * Fills the shared tier, and this process if the tier took the value: where it did not, an invalidation or a write has
 * come in between.
 */
export async function fill(
  core: CacheCore,
  store: SharedStore,
  request: LoadRequest,
  flight: Flight,
  loaded: Loaded,
  { token, isLate }: Extract<SharedOutcome, { kind: 'load' }>,
): Promise<void> {
  const { key, view, policy } = request;
  const { value, ttlMs, tags } = loaded;
  const mayFill = (flight.isCurrent || isLate) && mayKeep(core, request, flight, withOwnTag(request, tags));
  // Undefined has no form that every codec writes: it is kept in this process only.
  if (ttlMs <= 0 || value === undefined || !mayFill) {
    await store.release(key, token);
    keepLocally(core, request, flight, loaded);
    return;
  }
  let bytes: Buffer | string;
  try {
    bytes = await view.codec.encode(value, key);
  } catch (error) {
    // No other process can have it, this one can.
    await store.release(key, token);
    keepLocally(core, request, flight, loaded);
    throw error;
  }
  const { tagEpoch, tagSequence } = flight.plan;
  const isFilled = await store.fill(
    key,
    token,
    { bytes, ttlMs, graceMs: policy.graceMs, tags: withOwnTag(request, tags), tagEpoch, tagSequence },
    { timeoutMs: policy.sharedTimeoutMs, form: view.form },
  );
  if (isFilled) keepLocally(core, request, flight, loaded);
  else core.stats.fillsRefused++;
}
