import type { Clock } from '@lockstep/core';

import { createDeadlines, type Deadline } from '../deadlines.ts';

/** What becomes of a call. */
export interface CallOutcome<T> {
  succeeded(value: T): void;
  /** Told of the call's own error, of the time being up, or of the signal. */
  failed(error: unknown): void;
}

/** Deadlines of many calls. */
export interface CallDeadlines {
  /**
   * Tells `outcome` how `promise` ends, or that `timeoutMs` has passed (an error made by `late`) or the signal has
   * aborted (its reason), whichever is first, and nothing after that.
   */
  bound<T>(
    promise: Promise<T>,
    limit: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
    outcome: CallOutcome<T>,
  ): void;
}

/** `late` makes the error of a call that took too long. */
export function createCallDeadlines(clock: Clock, late: (timeoutMs: number) => Error): CallDeadlines {
  const deadlines = createDeadlines<CallOutcome<never>>(clock, (outcome, timeoutMs) => outcome.failed(late(timeoutMs)));

  function hear<T>(promise: Promise<T>, deadline: Deadline<CallOutcome<never>>, told: CallOutcome<T>): void {
    const succeeded = (value: T): void => {
      if (deadlines.end(deadline)) told.succeeded(value);
    };
    const failed = (error: unknown): void => {
      if (deadlines.end(deadline)) told.failed(error);
    };
    void promise.then(succeeded, failed);
  }

  function boundBySignal<T>(
    promise: Promise<T>,
    timeoutMs: number,
    signal: AbortSignal,
    outcome: CallOutcome<T>,
  ): void {
    const told = withoutListener(outcome, signal, abort);
    const deadline = deadlines.start(told, timeoutMs);
    function abort(): void {
      if (deadlines.end(deadline)) told.failed(signal.reason);
    }
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    hear(promise, deadline, told);
  }

  return {
    bound(promise, { timeoutMs, signal }, outcome) {
      if (signal === undefined) hear(promise, deadlines.start(outcome, timeoutMs), outcome);
      else boundBySignal(promise, timeoutMs, signal, outcome);
    },
  };
}

/** Takes the listener away before the outcome is told. */
function withoutListener<T>(outcome: CallOutcome<T>, signal: AbortSignal, listener: () => void): CallOutcome<T> {
  return {
    succeeded(value) {
      signal.removeEventListener('abort', listener);
      outcome.succeeded(value);
    },
    failed(error) {
      signal.removeEventListener('abort', listener);
      outcome.failed(error);
    },
  };
}
