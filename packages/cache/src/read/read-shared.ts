import { sleep, toError } from '@lockstep/core';

import type { SharedRead, SharedStore, SharedValue } from '../shared/shared-tier.ts';
import { type CacheCore, inBackground } from './cache-core.ts';
import { type Flight, offerStale } from './flight.ts';
import type { FlightParts, LoadRequest } from './load-request.ts';
import { judge } from './shared-answer.ts';
import { untilAborted } from './until-aborted.ts';

/** What the shared tier has led to. */
export type SharedOutcome =
  | { readonly kind: 'hit'; readonly value: unknown; readonly shared: SharedValue }
  /** Load, and fill with this token. */
  | {
      readonly kind: 'load';
      readonly token: string;
      /** The flight had been detached before it claimed: what it loads is newer than that, and the token says the rest. */
      readonly isLate: boolean;
    }
  /** Load, and keep nothing anywhere. */
  | { readonly kind: 'fenced' }
  /** The tier was of no help: load, and fill nothing. */
  | { readonly kind: 'alone' };

const FIRST_POLL_MS = 5;
const LONGEST_POLL_MS = 100;

/**
 * Becomes the one process that loads, or waits for the one that does, or finds what that has brought.
 *
 * @param evenIfFresh whether a value that the tier holds for fresh is known not to do
 * @throws the reason of the flight's signal. Failures of the tier are counted and end in `alone`.
 */
export async function readShared(
  core: CacheCore,
  store: SharedStore,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
  evenIfFresh: boolean,
): Promise<SharedOutcome> {
  const { signal } = flight;
  try {
    return await seek(core, store, request, flight, parts, evenIfFresh);
  } catch (error) {
    signal.throwIfAborted();
    tierFailed(core, error);
    return { kind: 'alone' };
  }
}

/** Counts a failure of the tier, and reports it. */
export function tierFailed(core: CacheCore, error: unknown): void {
  core.stats.sharedErrors++;
  core.onError(toError(error));
}

async function seek(
  core: CacheCore,
  store: SharedStore,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
  evenIfFresh: boolean,
): Promise<SharedOutcome> {
  const { signal } = flight;
  const { form } = request.view;
  const { sharedTimeoutMs, loadLeaseMs } = request.policy;
  const bound = { timeoutMs: sharedTimeoutMs, signal, form };
  let pollMs = FIRST_POLL_MS;
  let mayRead = false;
  let mustClaim = evenIfFresh;
  for (;;) {
    if (mayRead) {
      const found = await untilAborted(store.get(request.key, bound), signal);
      if (found !== undefined && found.freshForMs > 0) {
        const hit = await hitOf(core, request, found);
        if (hit !== undefined) return hit;
        mustClaim = true;
      }
    }
    const isLate = !flight.isCurrent;
    const read: SharedRead = await untilAborted(
      store.claim(request.key, { ...bound, leaseMs: loadLeaseMs, evenIfFresh: mustClaim }),
      signal,
    );
    if (read.kind === 'fenced') return { kind: 'fenced' };
    if (read.kind === 'hit') {
      const hit = await hitOf(core, request, read.value);
      if (hit !== undefined) return hit;
      mustClaim = true;
      continue;
    }
    if (read.kind === 'claimed' && read.stale !== undefined && !request.forceLoad) {
      // Since it was read, somebody has filled it.
      const hit = await hitOf(core, request, read.stale);
      if (hit !== undefined) {
        inBackground(core, store.release(request.key, read.token));
        return hit;
      }
    }
    if (read.stale !== undefined && flight.stale === undefined) await offer(core, request, flight, read.stale);
    if (read.kind === 'claimed') {
      return read.token === '' ? { kind: 'alone' } : { kind: 'load', token: read.token, isLate };
    }
    if (request.forceLoad) return { kind: 'fenced' };
    parts.onDecided?.(false);
    // Somebody else loads. Only where a plain read can tell a new value from one that will not do, it is read again.
    mayRead = mustClaim && flight.plan.isServing;
    mustClaim = false;
    await sleep(pollMs * (0.5 + core.random() / 2), { signal, clock: core.clock });
    pollMs = Math.min(LONGEST_POLL_MS, pollMs * 2);
  }
}

/** What the tier holds, if it will do. */
async function hitOf(core: CacheCore, request: LoadRequest, shared: SharedValue): Promise<SharedOutcome | undefined> {
  if (shared.freshForMs <= 0) return undefined;
  const judged = await judge(core, request, shared);
  return judged.kind === 'good' && judged.isFresh ? { kind: 'hit', value: judged.value, shared } : undefined;
}

async function offer(core: CacheCore, request: LoadRequest, flight: Flight, stale: SharedValue): Promise<void> {
  const { moment } = core.ledger;
  const judged = await judge(core, request, stale);
  if (judged.kind !== 'good') return;
  offerStale(flight, {
    entry: { value: judged.value, isStale: true, source: 'shared' },
    tags: stale.tags,
    moment,
  });
}
