import { toError } from '@lockstep/core';
import type { Clock } from '@lockstep/core';
import type { Follower, InvalidationLog } from '@lockstep/invalidation';

import { CacheError } from '../cache-error.ts';
import type { CacheCounters } from '../cache-stats.ts';
import type { Deadlines } from '../deadlines.ts';
import type { LocalRoom } from '../local/local-room.ts';
import type { ServingGate } from '../local/serving-gate.ts';
import type { SharedStore } from '../shared/shared-tier.ts';
import type { WhenPartitioned } from '../view-options.ts';
import type { PendingWrites } from '../write/pending-writes.ts';
import type { Fences } from './fences.ts';
import type { Flight } from './flight.ts';
import type { Flights } from './flights.ts';
import type { LoadRequest } from './load-request.ts';
import type { LoadSlots } from './load-slots.ts';
import type { TagLedger } from './tag-ledger.ts';

/** What a cache does with one of its views when it hears the log. */
export interface HearingView {
  readonly name: string;
  forget(text: string): void;
  forgetTag(tag: string): void;
  forgetAll(): void;
}

/** The parts of a cache that its reads and its writes have in common. */
export interface CacheCore {
  readonly log: InvalidationLog;
  readonly follower: Follower;
  /** Undefined where there is no shared tier. */
  readonly shared: SharedStore | undefined;
  readonly gate: ServingGate;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: Error) => void;
  /** Where the entries of all views are. */
  readonly room: LocalRoom;
  readonly flights: Flights;
  /** What is done with a plain flight that has ended. */
  readonly landed: (flight: Flight) => void;
  /** The hard timeouts of the flights. */
  readonly deadlines: Deadlines<Flight>;
  readonly ledger: TagLedger;
  readonly fences: Fences;
  readonly pending: PendingWrites;
  readonly slots: LoadSlots;
  readonly stats: CacheCounters;
  /** Who publishes, where a caller does not say it. */
  readonly origin: string;
  readonly maxStalenessMs: number;
  readonly loadLeaseMs: number;
  readonly sharedTimeoutMs: number;
  readonly whenPartitioned: WhenPartitioned;
  /** By name. */
  readonly views: Map<string, HearingView>;
  /** Values of `getOrSet`. */
  readonly adHoc: HearingView;
  /** Told of every value that is to be brought. */
  readonly samplers: Set<(request: LoadRequest) => void>;
  /** Work that nobody waits for, which `close()` does. */
  readonly background: Set<Promise<unknown>>;
  readonly isClosed: () => boolean;
}

/** @throws CacheError ERR_CACHE_CLOSED. */
export function assertOpen(core: CacheCore): void {
  if (core.isClosed()) throw cacheClosed();
}

/** The error of a cache that was closed. */
export function cacheClosed(): CacheError {
  return new CacheError('ERR_CACHE_CLOSED', 'the cache was closed');
}

/** Lets work go on that nobody waits for; its failure is reported, unless the cache was closed. */
export function inBackground(core: CacheCore, work: Promise<unknown>): void {
  const tracked = work
    .catch((error: unknown) => {
      if (!core.isClosed()) core.onError(toError(error));
    })
    .finally(() => core.background.delete(tracked));
  core.background.add(tracked);
}

/** Removes what is kept under a key, and makes sure that nothing that was begun for it is kept. */
export function forgetKey(core: CacheCore, key: string): void {
  core.flights.detach(key);
  core.adHoc.forget(key);
  const end = key.indexOf(':');
  if (end > 0) core.views.get(key.slice(0, end))?.forget(key.slice(end + 1));
}

/** The tag that every value of a view carries without saying so. */
export function viewTag(name: string): string {
  return `${VIEW_TAG}${name}`;
}

const VIEW_TAG = '@view:';

/** The name of a view by its tag, if it is one. */
export function viewOfTag(tag: string): string | undefined {
  return tag.startsWith(VIEW_TAG) ? tag.slice(VIEW_TAG.length) : undefined;
}

/** Removes what carries a tag. Nobody joins what was begun before, for its tags are not known yet. */
export function forgetTag(core: CacheCore, tag: string): void {
  core.flights.seal();
  core.adHoc.forgetTag(tag);
  const name = viewOfTag(tag);
  if (name !== undefined) {
    core.flights.detachPrefix(`${name}:`);
    core.views.get(name)?.forgetAll();
    return;
  }
  for (const view of core.views.values()) view.forgetTag(tag);
}

/** Removes everything. */
export function forgetAll(core: CacheCore): void {
  core.flights.detachAll();
  core.room.empty();
  core.adHoc.forgetAll();
  for (const view of core.views.values()) view.forgetAll();
}
