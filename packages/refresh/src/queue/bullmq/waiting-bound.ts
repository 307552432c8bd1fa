import type { Clock } from '@lockstep/core';
import type { Queue } from 'bullmq';

import { RefreshError } from '../../refresh-error.ts';
import type { RefreshTask, TaskOutcome } from '../refresh-queue.ts';

/** How old, in ms, a count may be. */
const MAX_AGE_MS = 1000;

/** Refuses tasks while about too many wait. */
export class WaitingBound {
  readonly #bull: Queue<RefreshTask, TaskOutcome>;
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  #count: Promise<number> = Promise.resolve(0);
  #countedAt = -Infinity;

  constructor(options: {
    readonly bull: Queue<RefreshTask, TaskOutcome>;
    readonly clock: Clock;
    readonly maxWaiting: number;
  }) {
    this.#bull = options.bull;
    this.#clock = options.clock;
    this.#maxWaiting = options.maxWaiting;
  }

  /** @throws RefreshError ERR_REFRESH_QUEUE when the queue is full */
  async check(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#countedAt >= MAX_AGE_MS) {
      this.#countedAt = now;
      this.#count = this.#bull.getJobCountByTypes('wait', 'prioritized', 'delayed');
      // One failed count must not refuse what comes after it.
      this.#count.catch(() => (this.#countedAt = -Infinity));
    }
    if ((await this.#count) < this.#maxWaiting) return;
    throw new RefreshError('ERR_REFRESH_QUEUE', `the queue is full: ${this.#maxWaiting} tasks wait`);
  }
}
