import { systemClock } from '@lockstep/core';

import { type CacheOptions, checkCacheOptions } from './cache-options.ts';
import { createCounters } from './cache-stats.ts';
import type { Cache } from './cache.ts';
import { noteCore } from './check/core-of.ts';
import { checkKey } from './check-key.ts';
import { checkTags } from './check-tags.ts';
import { createAdHoc } from './create-ad-hoc.ts';
import { createView } from './create-view.ts';
import { createDeadlines } from './deadlines.ts';
import { createLocalRoom } from './local/local-room.ts';
import { createServingGate } from './local/serving-gate.ts';
import { assertOpen, type CacheCore, cacheClosed, forgetAll } from './read/cache-core.ts';
import { loadTimeout } from './read/await-flight.ts';
import { createFences } from './read/fences.ts';
import { createFlights } from './read/flights.ts';
import { touchDown } from './read/fly.ts';
import { hearingOf } from './read/hear.ts';
import { createLoadSlots } from './read/load-slots.ts';
import { createTagLedger } from './read/tag-ledger.ts';
import { createSafeReporter, warn } from './safe-reporter.ts';
import { guardShared } from './shared/guarded-store.ts';
import { noSharedTier } from './shared/no-shared-tier.ts';
import { createOutbox } from './write/outbox.ts';
import { createPendingWrites } from './write/pending-writes.ts';
import { createPublish } from './write/publish.ts';
import { createWriter } from './write/writer.ts';

/** How many tags and fenced keys are remembered. */
const MAX_TAGS = 10_000;
const MAX_FENCES = 10_000;

/**
 * Starts to follow the log and returns an empty cache.
 *
 * @throws TypeError or RangeError for an option that makes no sense, and for a shared tier that cannot work beside
 *   this log.
 */
export function createCache(options: CacheOptions): Cache {
  const {
    log,
    shared = noSharedTier(),
    maxStalenessMs = 2000,
    clockPer = 'hit',
    whenPartitioned = 'origin',
    loadLeaseMs = 5000,
    sharedTimeoutMs = 250,
    maxConcurrentLoads = 1000,
    maxOutbox = 10_000,
    clock = systemClock,
    random = Math.random,
  } = checkCacheOptions(options);
  const onError = createSafeReporter(options.onError ?? warn);

  const room = createLocalRoom({ maxEntries: options.maxEntries ?? 10_000, maxWeight: options.maxBytes });
  const follower = log.follow({
    ...hearingOf(() => core),
    onError,
    clock,
    heartbeatMs: maxStalenessMs / 4,
    leaseMs: maxStalenessMs,
  });
  // Whoever needs it awaits `ready`; a cache that is closed before it was ready is no error of its own.
  void follower.ready.then(
    () => core.ledger.begin(follower.sequence(0)),
    () => undefined,
  );
  const horizonAgeMs = (): number => follower.horizonAgeMs();
  const gate = createServingGate({ clock, horizonAgeMs, maxStalenessMs, clockPer });
  let closing: Promise<void> | undefined;

  const adHoc = createAdHoc(() => core, room, options);
  const core: CacheCore = {
    log,
    follower,
    shared: shared.name === 'none' ? undefined : openShared(),
    gate,
    clock,
    random,
    onError,
    room,
    flights: createFlights(),
    landed: (flight) => touchDown(core, flight),
    deadlines: createDeadlines(clock, (flight, timeoutMs) => {
      core.stats.loadsTimedOut++;
      flight.abort(loadTimeout(flight.plan.key, timeoutMs));
    }),
    ledger: createTagLedger(MAX_TAGS),
    fences: createFences(clock, MAX_FENCES),
    pending: createPendingWrites(),
    slots: createLoadSlots(maxConcurrentLoads),
    stats: createCounters(),
    origin: `cache-${Math.floor(random() * 2 ** 32).toString(36)}`,
    maxStalenessMs,
    loadLeaseMs,
    sharedTimeoutMs,
    whenPartitioned,
    views: new Map(),
    adHoc: adHoc.hearing,
    samplers: new Set(),
    background: new Set(),
    isClosed: () => closing !== undefined,
  };
  const publish = createPublish(core);
  const outbox = createOutbox(core, { maxEntries: maxOutbox, publish });
  const writer = createWriter(core, publish, outbox);

  function openShared(): CacheCore['shared'] {
    try {
      return guardShared(shared.open({ log, follower, clock, random, onError }), { clock, random, onError });
    } catch (error) {
      void follower.close();
      throw error;
    }
  }

  async function close(): Promise<void> {
    core.flights.abortAll(cacheClosed());
    await outbox.close();
    await follower.close();
    gate.recheck();
    await Promise.all(core.background);
    core.deadlines.close();
    forgetAll(core);
    await core.shared?.close();
  }

  const cache: Cache = {
    define: (name, viewOptions) => createView(core, writer, name, viewOptions, options, room),
    getOrSet: (key, load, readOptions) => adHoc.getOrSet(key, load, readOptions),
    async invalidate(keys, words = {}) {
      assertOpen(core);
      words.signal?.throwIfAborted();
      const list = typeof keys === 'string' ? [keys] : Array.from(new Set(keys));
      await writer.invalidate(list.map(checkKey), [], words);
    },
    async invalidateTags(tags, words = {}) {
      assertOpen(core);
      words.signal?.throwIfAborted();
      await writer.invalidate([], checkTags(typeof tags === 'string' ? [tags] : tags), words);
    },
    async clear(words = {}) {
      assertOpen(core);
      words.signal?.throwIfAborted();
      await writer.clear(words);
    },
    health() {
      const { lagEntries, lagMs } = follower.stats();
      return {
        isServing: gate.moment() !== Infinity,
        horizonAgeMs: follower.horizonAgeMs(),
        lagEntries,
        lagMs,
        outbox: outbox.size,
        sharedTier: core.shared === undefined ? 'none' : (core.shared.state ?? 'ok'),
        loading: core.slots.inUse,
      };
    },
    stats: () => ({ ...core.stats, log: follower.stats() }),
    async sync(words = {}) {
      assertOpen(core);
      await follower.sync(words);
      gate.recheck();
    },
    ready: follower.ready,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => cache.close(),
  };
  noteCore(cache, core);
  return cache;
}
