import { type Clock, sleep } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import { checkAtLeast } from '../../check-number.ts';
import type { TaskConsumer, TaskHandler } from '../refresh-queue.ts';

/** What a consumer is made of. */
export interface MemoryConsumerOptions {
  readonly handler: TaskHandler;
  readonly concurrency: number;
  readonly clock: Clock;
  /** Runs each time that it has room again. */
  readonly onRoom: () => void;
  /** Runs when it takes no more tasks. */
  readonly onClose: (consumer: MemoryConsumer) => void;
}

/** One who takes tasks of a queue in memory. */
export class MemoryConsumer implements TaskConsumer {
  readonly handler: TaskHandler;
  readonly #concurrency: number;
  readonly #clock: Clock;
  readonly #onRoom: () => void;
  readonly #onClose: (consumer: MemoryConsumer) => void;
  readonly #running = new Map<Promise<void>, AbortController>();
  #closing: Promise<void> | undefined;

  constructor(options: MemoryConsumerOptions) {
    this.handler = options.handler;
    this.#concurrency = options.concurrency;
    this.#clock = options.clock;
    this.#onRoom = options.onRoom;
    this.#onClose = options.onClose;
  }

  get hasRoom(): boolean {
    return this.#closing === undefined && this.#running.size < this.#concurrency;
  }

  /** Notes what is in hand until it has ended. `work` never rejects. */
  hold(work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController();
    const running = work(controller.signal).finally(() => {
      this.#running.delete(running);
      this.#onRoom();
    });
    this.#running.set(running, controller);
  }

  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(checkAtLeast('drainMs', options.drainMs ?? 5000, 0));
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    this.#onClose(this);
    const drained = new AbortController();
    const all = Promise.all(this.#running.keys()).then(() => drained.abort());
    const timeIsUp = sleep(drainMs, { clock: this.#clock, signal: drained.signal }).catch(() => undefined);
    await Promise.race([all, timeIsUp]);
    for (const controller of this.#running.values()) {
      controller.abort(new RefreshError('ERR_REFRESH_CLOSED', 'the consumer was closed'));
    }
  }
}
