import { type Clock, systemClock } from '@lockstep/core';

import type { Follower, InvalidationLog } from '../invalidation-log.ts';
import { createLoadFence } from './load-fence.ts';

/** How much a map holds and how old its knowledge may be. */
export interface CoherentMapOptions {
  /** What to listen to. You own it: the map closes only the follower that it starts. */
  readonly log: InvalidationLog;
  /** The least recently used entries are dropped beyond this number. @default 10_000 */
  readonly maxEntries?: number;
  /**
   * No value is served later than this after its invalidation was published. A publish `everywhere` waits for the
   * map; a log in Redis allows at most its `maxLeaseMs`. @default 2000
   */
  readonly maxStalenessMs?: number;
  /** A failed read of the log. @default process.emitWarning */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * An in-process map that drops what it hears was invalidated, and serves nothing while it cannot hear. A value of
 * undefined means that there is none, and is not kept.
 */
export interface CoherentMap<Value> extends AsyncDisposable {
  /** How many entries it holds, served or not. */
  readonly size: number;
  /** Resolves when the map can serve; until then it stores nothing. Rejects when it is closed before. */
  readonly ready: Promise<void>;
  /** The value; undefined where there is none, or where it is not known to be fresh. */
  get(key: string): Value | undefined;
  /**
   * Stores a value. Between reading it from its source and this call an invalidation may have been heard: use
   * `getOrLoad` where that matters.
   */
  set(key: string, value: Value): void;
  /** Drops the entry of this process only; publish to the log to drop it everywhere. */
  delete(key: string): boolean;
  /**
   * The value, or what `load` brings. It is kept unless its key was invalidated, set or deleted after the load
   * began; the caller gets it in any case.
   *
   * @throws what `load` throws.
   */
  getOrLoad(key: string, load: (key: string) => Promise<Value>): Promise<Value>;
  /** Stops listening and drops everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts to follow `log` and returns an empty map over it.
 *
 * @throws RangeError when `maxEntries` is not a positive integer, or `maxStalenessMs` is below 100 or more than the log
 *   allows.
 */
export function createCoherentMap<Value>(options: CoherentMapOptions): CoherentMap<Value> {
  const { log, maxEntries = 10_000, maxStalenessMs = 2000, onError, clock = systemClock } = options;
  if (!(Number.isInteger(maxEntries) && maxEntries >= 1)) {
    throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
  }
  if (!(maxStalenessMs >= 100)) throw new RangeError(`maxStalenessMs must be at least 100, got ${maxStalenessMs}`);
  // A Map iterates in the order of insertion: an entry that is used is inserted again, so the first is the oldest.
  const entries = new Map<string, Value>();
  const fence = createLoadFence();
  const follower: Follower = log.follow({
    onInvalidate(keys) {
      for (const key of keys) drop(key);
    },
    onReset() {
      entries.clear();
      fence.invalidateAll();
    },
    heartbeatMs: Math.min(500, maxStalenessMs / 4),
    leaseMs: maxStalenessMs,
    onError,
    clock,
  });

  function drop(key: string): boolean {
    fence.invalidate(key);
    return entries.delete(key);
  }

  // An invalidation from before the follower knew its place in the log is never heard: nothing read until then is kept.
  const isListening = (): boolean => follower.horizonAgeMs() !== Infinity;

  function store(key: string, value: Value): void {
    entries.delete(key);
    if (value === undefined) return;
    entries.set(key, value);
    if (entries.size > maxEntries) {
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        break;
      }
    }
  }

  const map: CoherentMap<Value> = {
    get size() {
      return entries.size;
    },
    ready: follower.ready,
    get(key) {
      const value = entries.get(key);
      if (value === undefined || follower.horizonAgeMs() >= maxStalenessMs) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      fence.invalidate(key);
      if (isListening()) store(key, value);
    },
    delete: drop,
    async getOrLoad(key, load) {
      const held = map.get(key);
      if (held !== undefined) return held;
      const mayKeep = isListening();
      const fenced = fence.begin(key);
      try {
        const value = await load(key);
        if (mayKeep && fenced.isCurrent) store(key, value);
        return value;
      } finally {
        fenced.end();
      }
    },
    async close() {
      entries.clear();
      fence.invalidateAll();
      await follower.close();
    },
    [Symbol.asyncDispose]: () => map.close(),
  };
  return map;
}
