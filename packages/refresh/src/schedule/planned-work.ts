import { type Clock, toError } from '@lockstep/core';

import type { RefreshQueue } from '../queue/refresh-queue.ts';
import { enqueueAll } from './enqueue-all.ts';
import type { SchedulePlan } from './schedule-plan.ts';
import { Ticker } from './ticker.ts';

/** What it is made of. */
export interface PlannedWorkOptions {
  readonly plan: SchedulePlan;
  readonly queue: Pick<RefreshQueue, 'enqueue'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: Error) => void;
}

/** One plan and what it is doing: the tasks of one tick at a time, and those of the ticks meanwhile in one go. */
export class PlannedWork {
  readonly #options: PlannedWorkOptions;
  readonly #ticker: Ticker;
  #stop = new AbortController();
  #dueAt = 0;
  #isDue = false;
  #running: Promise<void> | undefined;
  #lastAt: number | undefined;
  #lastKeys: number | undefined;
  #lastError: Error | undefined;

  constructor(options: PlannedWorkOptions) {
    const { plan, clock, random } = options;
    this.#options = options;
    this.#ticker = new Ticker({ plan, clock, random, onTick: (dueAt) => this.#tick(dueAt) });
  }

  get isPaused(): boolean {
    return !this.#ticker.isRunning;
  }

  get nextAt(): number | undefined {
    return this.#ticker.nextAt;
  }

  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  get lastKeys(): number | undefined {
    return this.#lastKeys;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  start(): void {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    this.#ticker.start();
  }

  /** Resolves when nothing is under way any more. */
  async stop(reason: Error): Promise<void> {
    this.#ticker.stop();
    this.#isDue = false;
    this.#stop.abort(reason);
    await this.#running;
  }

  #tick(dueAt: number): void {
    this.#dueAt = dueAt;
    this.#isDue = true;
    this.#begin();
  }

  #begin(): void {
    if (!this.#isDue || this.#running !== undefined) return;
    this.#running = this.#work(this.#stop.signal).finally(() => {
      this.#running = undefined;
      this.#begin();
    });
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { keys } = this.#options.plan;
    let doneAt = this.#dueAt;
    const requestedAt = (): number => {
      this.#isDue = false;
      this.#lastError = undefined;
      return (doneAt = this.#dueAt);
    };
    const onError = (thrown: unknown): void => {
      this.#lastError = toError(thrown);
      this.#options.onError(this.#lastError);
    };
    try {
      this.#lastKeys = await enqueueAll({ ...this.#options, keys, onError, reason: 'scheduled', requestedAt, signal });
      this.#lastAt = doneAt;
    } catch {
      // It was reported, or it was told to stop.
      if (this.#stop.signal === signal) this.#isDue = false;
    }
  }
}
