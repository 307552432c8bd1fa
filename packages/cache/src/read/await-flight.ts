import { CacheError } from '../cache-error.ts';
import type { ReadEntry } from '../view.ts';
import type { CacheCore } from './cache-core.ts';
import type { Flight } from './flight.ts';

/** What one who waits is ready to bear. */
export interface WaitBounds {
  readonly signal: AbortSignal | undefined;
  readonly softTimeoutMs: number | undefined;
  /** Only where it differs from that of the flight. */
  readonly hardTimeoutMs: number | undefined;
  readonly staleWhileLoading: boolean;
}

/**
 * Waits for a flight: for its value, or for a stale one as soon as that is due. Who leaves does not disturb the
 * others; when nobody is left the load is aborted.
 */
export function awaitFlight(flight: Flight, bounds: WaitBounds, core: CacheCore): Promise<ReadEntry<unknown>> {
  const { signal, softTimeoutMs, hardTimeoutMs, staleWhileLoading } = bounds;
  if (signal?.aborted === true) {
    abandonIfAlone(flight, signal);
    return Promise.reject(signal.reason);
  }
  if (signal === undefined && softTimeoutMs === undefined && hardTimeoutMs === undefined && !staleWhileLoading) {
    flight.isHeld = true;
    return flight.result;
  }
  const { clock } = core;
  const softLeftMs =
    softTimeoutMs === undefined ? undefined : flight.plan.startedAt + softTimeoutMs - clock.monotonic();
  return new Promise((resolve, reject) => {
    let wantsStale = staleWhileLoading || (softLeftMs !== undefined && softLeftMs <= 0);
    const settle = (outcome: () => void): void => {
      soft?.cancel();
      hard?.cancel();
      signal?.removeEventListener('abort', leave);
      flight.staleListeners?.delete(takeStale);
      flight.waiting--;
      outcome();
    };
    const leave = (): void => {
      settle(() => reject(signal?.reason));
      abandonIfAlone(flight, signal);
    };
    const takeStale = (): void => {
      const { stale } = flight;
      if (!wantsStale || stale === undefined || !mayStandIn(core, flight)) return;
      flight.isHeld = true;
      settle(() => resolve(stale.entry));
    };
    const soft =
      softLeftMs === undefined || wantsStale
        ? undefined
        : clock.setTimer(() => {
            wantsStale = true;
            takeStale();
          }, softLeftMs);
    const hard =
      hardTimeoutMs === undefined
        ? undefined
        : clock.setTimer(() => {
            settle(() => reject(loadTimeout(flight.plan.key, hardTimeoutMs)));
            abandonIfAlone(flight, signal);
          }, hardTimeoutMs);
    flight.waiting++;
    if (signal === undefined && hardTimeoutMs === undefined) flight.isHeld = true;
    signal?.addEventListener('abort', leave, { once: true });
    flight.staleListeners ??= new Set();
    flight.staleListeners.add(takeStale);
    flight.result.then(
      (entry) => settle(() => resolve(entry)),
      (error: unknown) => settle(() => reject(error)),
    );
    takeStale();
  });
}

/** The error of a load that took too long. */
export function loadTimeout(key: string, hardTimeoutMs: number): CacheError {
  return new CacheError('ERR_CACHE_LOAD_TIMEOUT', `the load of "${key}" took longer than ${hardTimeoutMs} ms`, {
    keys: [key],
  });
}

/**
 * Whether its stale value may be served: not once the key or a tag of that value was invalidated, nor while that could
 * not be heard.
 */
export function mayStandIn({ gate, ledger, pending }: CacheCore, flight: Flight): boolean {
  const { isCurrent, stale, plan } = flight;
  if (!isCurrent || stale === undefined || !(plan.servesUnheard || gate.moment() !== Infinity)) return false;
  return !pending.hasTag(stale.tags) && !ledger.isTouchedSince(stale.tags, stale.moment);
}

function abandonIfAlone(flight: Flight, signal: AbortSignal | undefined): void {
  if (flight.isHeld || flight.waiting > 0) return;
  flight.abort(signal?.reason);
}
