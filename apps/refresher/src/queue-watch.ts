import { type Clock, sleep, systemClock } from '@lockstep/core';
import type { QueueCounts, RefreshQueue } from '@lockstep/refresh';

const everyMs = 2000;

/** Looks at the queue again and again, for those who cannot wait for an answer. */
export class QueueWatch {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** As of about two seconds ago; undefined while the queue does not answer. */
  counts: QueueCounts | undefined;

  constructor(queue: Pick<RefreshQueue, 'counts'>, clock: Clock = systemClock) {
    this.#running = this.#look(queue, clock);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #look(queue: Pick<RefreshQueue, 'counts'>, clock: Clock): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // The readiness check says that Redis is away.
      this.counts = await queue.counts({ signal }).catch(() => undefined);
      await sleep(everyMs, { signal, clock }).catch(() => undefined);
    }
  }
}
