import { setMaxListeners } from 'node:events';

import { createBackoff, sleep, toError } from '@lockstep/core';

import type { RefreshTask } from '../queue/refresh-queue.ts';
import { isFollowUp } from '../queue/urgency.ts';
import type { CheckedWorkerOptions } from './worker-options.ts';
import type { WorkerCounters } from './worker-stats.ts';

/** Gives tasks back to the queue that another process must work on. */
export interface PassOn {
  /** Queues the task again a little later, when this process is done with it: a queue has one task per key. */
  give(task: RefreshTask): void;
  /** Queues at once what is still kept. Never rejects. */
  close(): Promise<void>;
}

/** How long a task is kept, so that others are as likely to take it, and a source without a leader costs little. */
const KEEP_MS = 100;
const ATTEMPTS = 5;

/** Makes it. What this process keeps when it dies is asked for again by the next reader. */
export function createPassOn(options: CheckedWorkerOptions, counters: WorkerCounters): PassOn {
  const { queue, clock, random, onError } = options;
  const kept = new Map<string, Promise<void>>();
  const closing = new AbortController();
  // Every load and wait listens to it.
  setMaxListeners(0, closing.signal);

  async function queueAgain(task: RefreshTask): Promise<void> {
    const backoff = createBackoff({ random });
    const { signal } = closing;
    await sleep(KEEP_MS * (0.5 + random()), { clock, signal }).catch(() => undefined);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await queue.enqueue(task);
        // It may be known because the queue has not heard that this process is done with it: then it is dropped,
        // unless its reason is one that may follow what is in hand.
        if (answer === 'known' && !isFollowUp(task.reason)) await queue.enqueue({ ...task, reason: 'invalidated' });
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || signal.aborted) return onError(toError(error));
      }
      await sleep(backoff.next(), { clock, signal }).catch(() => undefined);
    }
  }

  return {
    give(task) {
      counters.passedOn++;
      if (kept.has(task.key)) return;
      kept.set(
        task.key,
        queueAgain(task).finally(() => kept.delete(task.key)),
      );
    },
    async close() {
      closing.abort();
      await Promise.all(kept.values());
    },
  };
}
