import type { Clock } from '@lockstep/core';
import type { Follower, InvalidationLog } from '@lockstep/invalidation';

/** Waits for entries that others load. */
export interface Arrivals extends AsyncDisposable {
  /** Whether waiters are woken by the log, so that they need look less often. */
  readonly isWoken: boolean;
  /** Resolves when the log names the key, after `ms` in any case, or when the signal aborts. */
  next(key: string, ms: number, signal: AbortSignal): Promise<void>;
}

/** Follows the log, where there is one, from the first wait on. */
export function createArrivals(
  log: InvalidationLog | undefined,
  clock: Clock,
  onError: (error: Error) => void,
): Arrivals {
  const waiting = new Map<string, Set<() => void>>();
  let follower: Follower | undefined;
  let isClosed = false;

  const wake = (key: string): void => {
    for (const go of waiting.get(key) ?? []) go();
  };
  function follow(): void {
    if (log === undefined || follower !== undefined || isClosed) return;
    follower = log.follow({
      onInvalidate: (keys) => {
        for (const key of keys) wake(key);
      },
      onReset: () => {
        for (const key of waiting.keys()) wake(key);
      },
      onError,
      clock,
    });
    // It is closed before it is ready when the gateway is.
    follower.ready.catch(() => undefined);
  }

  return {
    isWoken: log !== undefined,
    next(key, ms, signal) {
      follow();
      return new Promise((resolve) => {
        const here = waiting.get(key) ?? new Set();
        waiting.set(key, here);
        const go = (): void => {
          timer.cancel();
          signal.removeEventListener('abort', go);
          here.delete(go);
          if (here.size === 0 && waiting.get(key) === here) waiting.delete(key);
          resolve();
        };
        here.add(go);
        const timer = clock.setTimer(go, ms);
        signal.addEventListener('abort', go, { once: true });
        if (signal.aborted) go();
      });
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await follower?.close();
    },
  };
}
