import { type Clock, describeError, sleep, type Timer } from '@lockstep/core';
import { UnrecoverableError } from 'bullmq';

import { RefreshError } from '../../refresh-error.ts';
import { checkAtLeast } from '../../check-number.ts';
import type { TaskConsumer, TaskHandler, TaskOutcome } from '../refresh-queue.ts';
import type { BullSettings } from './bull-settings.ts';
import { type BullJob, BullWorker } from './bull-worker.ts';
import { isLive, openLink, type RedisLink } from './redis-link.ts';
import { readTask } from './task-data.ts';

/** What a consumer is made of. */
export interface BullConsumerOptions {
  readonly settings: BullSettings;
  readonly handler: TaskHandler;
  readonly concurrency: number;
  /** Hears what no call reports. */
  readonly onError: (error: Error) => void;
  /** Hears of a task that has failed for good, by the id of its job. */
  readonly onDead: (key: string, jobId: string) => void;
  readonly onClose: (consumer: BullConsumer) => void;
}

/** A task in hand. */
interface Hold {
  readonly controller: AbortController;
  timer: Timer;
}

/** How long, in ms, handlers that were told to stop, and the reports of their end, are waited for. */
const GRACE_MS = 1000;
/** How much of the message of an error is kept. */
const MAX_ERROR_LENGTH = 1000;

/** One who takes tasks of a queue on BullMQ. */
export class BullConsumer implements TaskConsumer {
  readonly #handler: TaskHandler;
  readonly #clock: Clock;
  readonly #lockMs: number;
  readonly #main: RedisLink;
  readonly #blocking: RedisLink;
  readonly #worker: BullWorker;
  readonly #holds = new Map<string, Hold>();
  readonly #running = new Set<Promise<TaskOutcome>>();
  readonly #options: BullConsumerOptions;
  #closing: Promise<void> | undefined;

  constructor(options: BullConsumerOptions) {
    const { settings, concurrency, onError, onDead } = options;
    this.#options = options;
    this.#handler = options.handler;
    this.#clock = settings.clock;
    this.#lockMs = settings.lockMs;
    // A worker sends no more than a few commands per task in hand, so these may wait for Redis to come back. The
    // silence is longer than the longest wait for a task, which is 10 s.
    const open = (): RedisLink =>
      openLink(settings.redis, { hasOfflineQueue: true, maxRetriesPerRequest: null, silenceMs: 15_000 });
    const [main, blocking] = [open(), open()];
    this.#main = main;
    this.#blocking = blocking;
    this.#worker = new BullWorker({ settings, concurrency, main, blocking, process: (job) => this.#process(job) });
    this.#worker.on('error', onError);
    this.#worker.on('locksRenewed', ({ jobIds }) => this.#renewed(jobIds));
    this.#worker.on('lockRenewalFailed', (jobIds) => this.#lost(jobIds));
    this.#worker.on('failed', (job) => {
      const key = readTask(job?.data)?.key;
      if (job?.id !== undefined && job.finishedOn !== undefined && key !== undefined) onDead(key, job.id);
    });
  }

  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(checkAtLeast('drainMs', options.drainMs ?? 5000, 0));
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #process(job: BullJob): Promise<TaskOutcome> {
    const task = readTask(job.data);
    if (task === undefined) throw new UnrecoverableError('this is no refresh task');
    const id = job.id!;
    const hold: Hold = { controller: new AbortController(), timer: this.#armed(id) };
    this.#holds.set(id, hold);
    const { signal } = hold.controller;
    const { attemptsMade, stalledCounter } = job;
    const isRepeated = attemptsMade > 0 || stalledCounter > 0;
    const running = (async () => this.#handler(task, { attempt: attemptsMade + 1, isRepeated, signal }))();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw new Error(describeError(error).slice(0, MAX_ERROR_LENGTH), { cause: error });
    } finally {
      hold.timer.cancel();
      this.#holds.delete(id);
      this.#running.delete(running);
    }
  }

  #armed(jobId: string): Timer {
    return this.#clock.setTimer(() => this.#lost([jobId]), this.#lockMs);
  }

  #renewed(jobIds: readonly string[]): void {
    for (const id of jobIds) {
      const hold = this.#holds.get(id);
      if (hold === undefined) continue;
      hold.timer.cancel();
      hold.timer = this.#armed(id);
    }
  }

  #lost(jobIds: readonly string[]): void {
    for (const id of jobIds) {
      const lost = new RefreshError('ERR_REFRESH_QUEUE', 'the hold on the task was lost');
      this.#holds.get(id)?.controller.abort(lost);
    }
  }

  async #close(drainMs: number): Promise<void> {
    const worker = this.#worker;
    const closed = worker.close().catch(this.#options.onError);
    await this.#settled(closed, drainMs);
    for (const { controller } of this.#holds.values()) {
      controller.abort(new RefreshError('ERR_REFRESH_CLOSED', 'the consumer was closed'));
    }
    await this.#settled(closed, GRACE_MS);
    await worker.abandon();
    this.#main.disconnect();
    this.#blocking.disconnect();
    this.#options.onClose(this);
  }

  /**
   * Waits for BullMQ's own end, which may never come while Redis is away: then for the handlers alone. (The connection
   * for waiting tells nothing: BullMQ cuts it to end its wait.)
   */
  async #settled(closed: Promise<void>, withinMs: number): Promise<void> {
    const stop = new AbortController();
    const handlers = Promise.allSettled(this.#running);
    const done = handlers.then(() => (isLive(this.#main) ? closed : undefined));
    const timeIsUp = sleep(withinMs, { clock: this.#clock, signal: stop.signal }).catch(() => undefined);
    await Promise.race([done, timeIsUp]);
    stop.abort();
  }
}
