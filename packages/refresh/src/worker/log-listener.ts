import { createBackoff, sleep, toError } from '@lockstep/core';
import type { Follower } from '@lockstep/invalidation';
import type { Election, Leadership } from '@lockstep/lock';

import type { DefinitionTable } from '../definition/definition-table.ts';
import { createRecentKeys } from '../gateway/recent-keys.ts';
import { leastPartOf } from '../store/content.ts';
import type { Origins } from '../load/origins.ts';
import type { CheckedWorkerOptions } from './worker-options.ts';
import type { WorkerCounters } from './worker-stats.ts';

/** Hears what others invalidate on the log. */
export interface LogListener {
  start(): void;
  /** Whether somebody else has asked for that key at that moment or later, by the monotonic clock. */
  hasHeardSince(key: string, at: number): boolean;
  close(): Promise<void>;
}

const MAX_KEYS = 10_000;
const AT_ONCE = 8;
const ATTEMPTS = 5;
/** The longest that a load may take. */
const REMEMBERED_MS = 3_600_000;

/**
 * Expires what somebody else has invalidated on the log, and asks for a refresh. Every process follows the log, and
 * only the elected one acts: else each of them would expire an entry that the first had refreshed already. A new leader
 * acts on all that it heard for as long as its predecessor may have been dead, but for entries that were loaded since.
 */
export function createLogListener(
  options: CheckedWorkerOptions,
  works: { definitions: DefinitionTable; origins: Origins; counters: WorkerCounters; closing: AbortSignal },
): LogListener {
  const { log, locks, store, queue, clock, random, electionMs, onError } = options;
  const { definitions, origins, counters, closing } = works;
  /** When each key was heard that this process would have to act on, the oldest first. */
  const heard = new Map<string, number>();
  const keepMs = 2 * electionMs;
  /** The same, whoever acts on it. */
  const heardAt = createRecentKeys<number>(clock, REMEMBERED_MS, MAX_KEYS);
  let follower: Follower | undefined;
  let election: Election | undefined;
  let acting = 0;
  /** What was heard before that, a predecessor may have acted on. */
  let ledSince = Infinity;

  function forgetOld(): void {
    const before = clock.monotonic() - keepMs;
    for (const [key, at] of heard) {
      if (at >= before && heard.size <= MAX_KEYS) return;
      if (heard.size > MAX_KEYS && at >= before) counters.expiriesFailed++;
      heard.delete(key);
    }
  }

  function hear(keys: readonly string[]): void {
    for (const key of keys) {
      if (definitions.peek(key) === undefined) continue;
      counters.heard++;
      heard.delete(key);
      heard.set(key, clock.monotonic());
      heardAt.set(key, clock.monotonic());
    }
    if (election?.isLeader() === true) act();
    else forgetOld();
  }

  function act(): void {
    while (acting < AT_ONCE && heard.size > 0 && !closing.aborted) {
      const [key, at] = heard.entries().next().value!;
      heard.delete(key);
      acting++;
      void expire(key, at).finally(() => {
        acting--;
        act();
      });
    }
    forgetOld();
  }

  /** Whether the load of what is stored began after that moment, and so after the change that it is about. */
  async function isLoadedSince(key: string, at: number): Promise<boolean> {
    const { shape } = definitions.find(key).definition;
    const elapsedMs = clock.monotonic() - at;
    // What cannot be read is expired.
    const entry = await store.read(key, shape, leastPartOf(shape), { signal: closing }).catch(() => undefined);
    return entry !== undefined && entry.freshForMs > 0 && entry.ageMs < elapsedMs;
  }

  async function expire(key: string, at: number): Promise<void> {
    const backoff = createBackoff({ random });
    for (let attempt = 1; ; attempt++) {
      try {
        if (at < ledSince && (await isLoadedSince(key, at))) return;
        await store.invalidate(key, 'expire', { signal: closing });
        await queue.enqueue({ key, reason: 'invalidated', requestedAt: clock.now() }, { signal: closing });
        counters.expired++;
        return;
      } catch (error) {
        if (closing.aborted) return;
        if (attempt === ATTEMPTS) {
          counters.expiriesFailed++;
          onError(toError(error));
          return;
        }
      }
      await sleep(backoff.next(), { clock, signal: closing }).catch(() => undefined);
    }
  }

  async function lead({ signal }: Leadership): Promise<void> {
    ledSince = clock.monotonic();
    forgetOld();
    act();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  return {
    start() {
      if (log === undefined) return;
      election = locks.elect('refresh-log', { onElected: lead, ttlMs: electionMs, onError });
      follower = log.follow({
        onInvalidate: (keys, _position, { origin }) => {
          if (origins.isForeign(origin)) hear(keys);
        },
        // What was missed is not known key by key; entries that it was about go stale in their time.
        onReset: () => undefined,
        onError,
        clock,
      });
      follower.ready.catch(() => undefined);
    },
    hasHeardSince: (key, at) => (heardAt.get(key) ?? -Infinity) >= at,
    async close() {
      await Promise.all([follower?.close(), election?.close()]);
    },
  };
}
