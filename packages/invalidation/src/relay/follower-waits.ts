import type { Clock, Timer } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';

/** Callers that wait until a condition about a follower holds. */
export interface FollowerWaits {
  /**
   * Resolves when `isMet` holds; it is asked now and with each `check()`.
   *
   * @throws InvalidationError ERR_INVALIDATION_TIMEOUT, the signal's reason, and what `fail` is given.
   */
  until(
    isMet: () => boolean,
    bounds: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<void>;
  check(): void;
  /** Ends all waits. */
  fail(reason: unknown): void;
}

interface Wait {
  readonly isMet: () => boolean;
  readonly end: (error?: unknown) => void;
}

/** Nobody waits yet. */
export function createFollowerWaits(clock: Clock): FollowerWaits {
  const waits = new Set<Wait>();
  return {
    until(isMet, { timeoutMs, signal }) {
      return new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        if (isMet()) return resolve();
        let timer: Timer | undefined;
        const abort = (): void => wait.end(signal?.reason);
        const wait: Wait = {
          isMet,
          end(error) {
            timer?.cancel();
            signal?.removeEventListener('abort', abort);
            waits.delete(wait);
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        waits.add(wait);
        signal?.addEventListener('abort', abort, { once: true });
        timer = clock.setTimer(() => {
          wait.end(
            new InvalidationError('ERR_INVALIDATION_TIMEOUT', `the follower did not get there within ${timeoutMs} ms`),
          );
        }, timeoutMs);
        return undefined;
      });
    },
    check() {
      for (const wait of waits) if (wait.isMet()) wait.end();
    },
    fail(reason) {
      for (const wait of waits) wait.end(reason);
    },
  };
}
