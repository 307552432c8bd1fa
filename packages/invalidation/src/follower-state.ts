import type { Clock } from '@lockstep/core';

import { InvalidationError } from './invalidation-error.ts';

/** The lifetime and the horizon of a follower. */
export interface FollowerState {
  /** Aborts when the follower is closed. */
  readonly closing: AbortSignal;
  readonly ready: Promise<void>;
  horizonAgeMs(): number;
  /** Everything that the log had taken at this moment of the monotonic clock was heard. */
  heardEverythingAt(monotonicMs: number): void;
  close(): void;
}

/** What a follower takes its time from and what closes it. */
export interface FollowerStateOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** The state of a follower that has heard nothing yet. */
export function createFollowerState({ clock, signal }: FollowerStateOptions): FollowerState {
  const controller = new AbortController();
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const ready = new Promise<void>((onReady, onEnd) => {
    resolve = onReady;
    reject = onEnd;
  });
  // Whoever does not wait for readiness must not be hit by its rejection.
  ready.catch(() => undefined);
  let horizon = -Infinity;

  function end(reason: unknown): void {
    if (controller.signal.aborted) return;
    signal?.removeEventListener('abort', abort);
    horizon = -Infinity;
    controller.abort(reason);
    reject(reason);
  }
  function abort(): void {
    end(signal?.reason);
  }
  if (signal?.aborted === true) abort();
  else signal?.addEventListener('abort', abort, { once: true });

  return {
    closing: controller.signal,
    ready,
    horizonAgeMs: () => clock.monotonic() - horizon,
    heardEverythingAt(monotonicMs) {
      if (controller.signal.aborted) return;
      horizon = monotonicMs;
      resolve();
    },
    close: () => end(new InvalidationError('ERR_INVALIDATION_CLOSED', 'the follower was closed')),
  };
}
