import { type Clock, systemClock } from './clock.ts';

/** What bounds a wait. */
export interface DeadlineOptions {
  /** Milliseconds from now after which the wait ends. */
  readonly ms: number;
  /** Ends the wait early with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The error to reject with when the time is up. */
  readonly onTimeout: () => Error;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Settles as `promise` does, or rejects when the time is up or the signal aborts, whichever is
 * first. It does not stop the work behind `promise`; a late rejection of it is swallowed here, since
 * its caller has been answered already.
 */
export function withDeadline<T>(promise: PromiseLike<T>, options: DeadlineOptions): Promise<T> {
  const { ms, signal, onTimeout, clock = systemClock } = options;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => settle(() => reject(signal?.reason));
    const timer = clock.setTimer(() => settle(() => reject(onTimeout())), ms);
    function settle(outcome: () => void): void {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
      outcome();
    }
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

/**
 * Resolves after `ms` milliseconds.
 *
 * @throws the signal's reason when it aborts first.
 */
export function sleep(ms: number, options: { signal?: AbortSignal | undefined; clock?: Clock } = {}): Promise<void> {
  const { signal, clock = systemClock } = options;
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
