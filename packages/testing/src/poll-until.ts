import { setTimeout as sleep } from 'node:timers/promises';

import { TestingError } from './testing-error.ts';

/** What bounds a wait for a condition. */
export interface PollOptions {
  /** What is waited for, as the end of "timed out waiting until". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks again every 25 ms until there is an answer. A question that throws has none yet.
 *
 * @throws TestingError `ERR_TESTING_TIMEOUT` with the last error as its cause.
 * @throws the signal's reason when it aborts first.
 */
export async function pollUntil<T>(question: () => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const { what, timeoutMs, signal } = options;
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const answer = await question();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline)
      throw new TestingError('ERR_TESTING_TIMEOUT', `timed out after ${timeoutMs} ms waiting until ${what}`, { cause });
    await sleep(25);
  }
}
