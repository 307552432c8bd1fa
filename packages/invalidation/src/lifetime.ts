import { setMaxListeners } from 'node:events';

import { InvalidationError } from './invalidation-error.ts';

/** From the start of a follower to its end. */
export interface Lifetime {
  /** Aborts when it ends. */
  readonly closing: AbortSignal;
  /** Resolves with the first `begin()`; rejects when it ends before. */
  readonly ready: Promise<void>;
  begin(): void;
  end(): void;
}

/** A lifetime that also ends when `signal` aborts. */
export function createLifetime(signal: AbortSignal | undefined): Lifetime {
  const controller = new AbortController();
  // One for each shard, and then some: no leak.
  setMaxListeners(0, controller.signal);
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const ready = new Promise<void>((onReady, onEnd) => {
    resolve = onReady;
    reject = onEnd;
  });
  // Whoever does not wait for readiness must not be hit by its rejection.
  ready.catch(() => undefined);

  function end(reason: unknown): void {
    if (controller.signal.aborted) return;
    signal?.removeEventListener('abort', abort);
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
    begin: resolve,
    end: () => end(new InvalidationError('ERR_INVALIDATION_CLOSED', 'the follower was closed')),
  };
}
