import { createBackoff, toError } from '@lockstep/core';
import type { Lease } from '@lockstep/lock';

import type { KnownKey } from '../definition/definition-table.ts';
import { checkSwitch } from '../load/check-switch.ts';
import { RefreshError } from '../refresh-error.ts';
import type { Arrivals } from './arrivals.ts';
import type { ColdAnswer } from './cold-answer.ts';
import { type ColdLoadWorks, loadCold } from './cold-load.ts';
import type { LoadDirectly } from './direct-loads.ts';
import { createRecentKeys } from './recent-keys.ts';

/** Why a read could not be answered from the store. */
export type ColdReason = 'missing' | 'unreadable' | 'store-down';

/** Loads what is missing: one load per key in this process at a time, whoever asks. */
export interface ColdReads {
  /**
   * Joins the load that is under way for this key, or begins one. `unreadable` is the ticket of what could not be read,
   * where it has one.
   */
  get(target: KnownKey, reason: ColdReason, cause?: unknown, unreadable?: number): Promise<ColdAnswer>;
}

/** What cold reads work with. */
export interface ColdReadWorks extends ColdLoadWorks {
  readonly arrivals: Arrivals;
  readonly loadDirectly: LoadDirectly;
}

const MAX_FLIGHTS = 10_000;
/** So often is loaded anew at once what was invalidated while it was loaded. */
const MAX_LOADS = 4;

/** Makes a table of them. */
export function createColdReads(works: ColdReadWorks): ColdReads {
  const { options, counters, arrivals, loadDirectly, closing } = works;
  const { store, clock, random, locks, loads, waitMs, whenLate, switches } = options;
  const flights = new Map<string, Promise<ColdAnswer>>();
  const failures = createRecentKeys<Error>(clock, options.failureTtlMs, 1000);

  async function fly(
    target: KnownKey,
    reason: ColdReason,
    cause: unknown,
    unreadable: number | undefined,
  ): Promise<ColdAnswer> {
    const { key, definition } = target;
    const failure = failures.get(key);
    if (failure !== undefined) throw failure;
    await checkSwitch(definition, switches);
    try {
      if (reason === 'store-down') {
        if (loads) return await loadDirectly(target, cause);
        throw cause;
      }
      return await underLock(target, reason === 'unreadable', unreadable);
    } catch (error) {
      if (isOfSource(error)) failures.set(key, error);
      throw error;
    }
  }

  async function underLock(target: KnownKey, isForced: boolean, unreadable: number | undefined): Promise<ColdAnswer> {
    const backoff = createBackoff(
      arrivals.isWoken ? { minMs: 50, maxMs: 1000, random } : { maxMs: 250, minMs: 20, random },
    );
    const until = clock.monotonic() + waitMs;
    let superseded = 0;
    for (let looks = 0; ; looks++) {
      closing.throwIfAborted();
      try {
        const answer = loads ? await tryLoad(target, isForced) : undefined;
        if (answer?.kind === 'loaded' && answer.isSuperseded && ++superseded < MAX_LOADS) {
          // At once, with a new lease: an invalidated load is nobody's answer but in the end.
          counters.loadsRepeated++;
          continue;
        }
        if (answer !== undefined) return answer;
        // Who loads itself forces a load of what it could not read.
        if (looks > 0 && !(isForced && loads) && (await isThere(target, isForced, unreadable))) {
          return { kind: 'there' };
        }
      } catch (error) {
        if (!loads || !isDown(error)) throw error;
        if (closing.aborted) throw error;
        counters.storeErrors++;
        return loadDirectly(target, error);
      }
      if (looks === 0) counters.waits++;
      const leftMs = until - clock.monotonic();
      if (leftMs <= 0) return late(target);
      await arrivals.next(target.key, Math.min(backoff.next(), leftMs), closing);
    }
  }

  async function tryLoad(target: KnownKey, isForced: boolean): Promise<ColdAnswer | undefined> {
    const { key, definition } = target;
    const acquire = (): Promise<Lease | undefined> =>
      locks!.tryAcquire(`refresh:${key}`, { ttlMs: options.leaseMs, signal: closing });
    const slots = works.slotsOf(definition.name);
    let giveBack = slots.tryTake();
    if (giveBack === undefined) {
      // A lease must not be held while its load waits for others; and what another process loads needs no slot.
      const probe = await acquire();
      if (probe === undefined) return undefined;
      await probe.release();
      giveBack = await slots.take(closing);
    }
    try {
      const lease = await acquire();
      return lease && (await loadCold(works, target, lease, isForced));
    } catch (error) {
      // Whoever has it now loads.
      if ((error as { code?: unknown }).code === 'ERR_LOCK_LOST') return undefined;
      throw error;
    } finally {
      giveBack();
    }
  }

  async function isThere(
    { key, definition }: KnownKey,
    isForced: boolean,
    unreadable: number | undefined,
  ): Promise<boolean> {
    const { shape } = definition;
    const part = shape === 'value' ? ({ kind: 'whole' } as const) : ({ kind: 'page', offset: 0, limit: 1 } as const);
    try {
      const entry = await store.read(key, shape, part, { signal: closing });
      return entry !== undefined && entry.ticket !== unreadable;
    } catch (error) {
      // It is still of another shape.
      if (isForced && (error as { code?: unknown }).code === 'ERR_REFRESH_CONTENT') return false;
      throw error;
    }
  }

  function late(target: KnownKey): Promise<ColdAnswer> {
    const { name: source } = target.definition;
    const error = new RefreshError('ERR_REFRESH_TIMEOUT', `nobody stored an entry of ${source} within ${waitMs} ms`, {
      source,
    });
    counters.waitsTimedOut++;
    return whenLate === 'load' && loads ? loadDirectly(target, error) : Promise.reject(error);
  }

  return {
    get(target, reason, cause, unreadable) {
      const { key } = target;
      const joined = flights.get(key);
      if (joined !== undefined) return joined;
      if (flights.size >= MAX_FLIGHTS) {
        counters.loadsRefused++;
        return Promise.reject(new RefreshError('ERR_REFRESH_BUSY', `${flights.size} entries are being loaded`));
      }
      const flight = fly(target, reason, cause, unreadable).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}

/** A failure of the source, which the next reader need not meet again at once. */
function isOfSource(error: unknown): error is RefreshError {
  const { code } = toError(error) as { code?: unknown };
  return code === 'ERR_REFRESH_SOURCE' || code === 'ERR_REFRESH_CONTENT';
}

/** The store or the locks did not answer. */
function isDown(error: unknown): boolean {
  const { code } = toError(error) as { code?: unknown };
  return code === 'ERR_REFRESH_STORE' || code === 'ERR_LOCK_UNAVAILABLE';
}
