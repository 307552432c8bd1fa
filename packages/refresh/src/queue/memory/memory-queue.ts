import { type Clock, describeError, systemClock, type Timer } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import { checkKey } from '../../store/check-key.ts';
import { checkCount } from '../../check-number.ts';
import type {
  ConsumeOptions,
  DeadTask,
  DropOptions,
  QueueCallOptions,
  QueueCounts,
  RefreshQueue,
  RefreshTask,
  TaskConsumer,
  TaskHandler,
} from '../refresh-queue.ts';
import { retryDelay } from '../retry-delay.ts';
import { type RetryOptions, type RetrySettings, retrySettings } from '../retry-settings.ts';
import { isFollowUp, outranks } from '../urgency.ts';
import { DeadTasks } from './dead-tasks.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import { freshTask, type QueuedTask, WaitingTasks } from './waiting-tasks.ts';

/** How a queue in memory behaves. */
export interface MemoryQueueOptions extends RetryOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** How many tasks may wait; a task beyond it is refused with ERR_REFRESH_QUEUE. @default 10_000 */
  readonly maxWaiting?: number;
  /** How many tasks all consumers together work on at once. @default no bound but theirs */
  readonly globalConcurrency?: number;
}

/**
 * A queue for one process: it dies with it, and nobody else sees it.
 *
 * @throws RangeError when a number makes no sense
 */
export function createMemoryQueue(options: MemoryQueueOptions = {}): RefreshQueue {
  return new MemoryQueue(options);
}

/** How many dead tasks are settled in one call. */
const DEAD_PAGE = 100;

class MemoryQueue implements RefreshQueue {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #retry: RetrySettings;
  readonly #maxWaiting: number;
  readonly #globalConcurrency: number;
  readonly #waiting = new WaitingTasks();
  readonly #active = new Map<string, QueuedTask>();
  readonly #delayed = new Map<string, { readonly entry: QueuedTask; readonly timer: Timer }>();
  readonly #dead: DeadTasks;
  readonly #consumers = new Set<MemoryConsumer>();
  #isPaused = false;
  #closing: Promise<void> | undefined;

  constructor(options: MemoryQueueOptions) {
    const { clock = systemClock, random = Math.random, maxWaiting = 10_000 } = options;
    this.#clock = clock;
    this.#random = random;
    this.#retry = retrySettings(options);
    this.#maxWaiting = checkCount('maxWaiting', maxWaiting);
    this.#globalConcurrency = checkCount('globalConcurrency', options.globalConcurrency ?? Number.MAX_SAFE_INTEGER);
    this.#dead = new DeadTasks(this.#retry, () => clock.now());
  }

  async enqueue(task: RefreshTask, options?: QueueCallOptions): Promise<'queued' | 'known'> {
    this.#check(options);
    checkKey(task.key);
    const { key, reason, requestedAt } = task;
    const copy: RefreshTask = { key, reason, requestedAt };
    const active = this.#active.get(key);
    if (active !== undefined) {
      if (!isFollowUp(reason)) return 'known';
      const { next } = active;
      if (next === undefined || outranks(copy, next)) active.next = copy;
      return next === undefined ? 'queued' : 'known';
    }
    const present = this.#waiting.get(key) ?? this.#delayed.get(key)?.entry;
    if (present === undefined) {
      if (this.#waiting.size + this.#delayed.size >= this.#maxWaiting) {
        throw new RefreshError('ERR_REFRESH_QUEUE', `the queue is full: ${this.#maxWaiting} tasks wait`);
      }
      this.#waiting.add(freshTask(copy));
      this.#dispatchSoon();
      return 'queued';
    }
    // What failed keeps its back-off all the same, which spares the source.
    this.#waiting.merge(present, copy);
    return 'known';
  }

  consume(handler: TaskHandler, options: ConsumeOptions = {}): TaskConsumer {
    this.#check();
    const consumer = new MemoryConsumer({
      handler,
      concurrency: checkCount('concurrency', options.concurrency ?? 8),
      clock: this.#clock,
      onRoom: () => this.#dispatch(),
      onClose: (closed) => this.#consumers.delete(closed),
    });
    this.#consumers.add(consumer);
    this.#dispatchSoon();
    return consumer;
  }

  async drop(key: string, options?: DropOptions): Promise<boolean> {
    this.#check(options);
    const active = this.#active.get(key);
    const present = active?.next ?? this.#waiting.get(key)?.task ?? this.#delayed.get(key)?.entry.task;
    if (present === undefined || (options?.sparesFollowUps === true && isFollowUp(present.reason))) return false;
    if (active?.next !== undefined) {
      active.next = undefined;
      return true;
    }
    const delayed = this.#delayed.get(key);
    delayed?.timer.cancel();
    return this.#waiting.delete(key) || this.#delayed.delete(key);
  }

  async pause(options?: QueueCallOptions): Promise<void> {
    this.#check(options);
    this.#isPaused = true;
  }

  async resume(options?: QueueCallOptions): Promise<void> {
    this.#check(options);
    this.#isPaused = false;
    this.#dispatchSoon();
  }

  async counts(options?: QueueCallOptions): Promise<QueueCounts> {
    this.#check(options);
    return {
      waiting: this.#waiting.size,
      active: this.#active.size,
      delayed: this.#delayed.size,
      dead: this.#dead.size,
      isPaused: this.#isPaused,
    };
  }

  async deadTasks(options: QueueCallOptions & { readonly limit?: number } = {}): Promise<DeadTask[]> {
    this.#check(options);
    return this.#dead.newest(checkCount('limit', options.limit ?? 100));
  }

  async settleDead(key: string, how: 'retry' | 'drop', options?: QueueCallOptions): Promise<boolean> {
    this.#check(options);
    if (!this.#dead.delete(key)) return false;
    if (how === 'retry') await this.enqueue({ key, reason: 'manual', requestedAt: this.#clock.now() });
    return true;
  }

  async *settleAllDead(how: 'retry' | 'drop', options?: QueueCallOptions): AsyncGenerator<readonly string[]> {
    this.#check(options);
    const keys = this.#dead.keys();
    for (let from = 0; from < keys.length; from += DEAD_PAGE) {
      const settled: string[] = [];
      for (const key of keys.slice(from, from + DEAD_PAGE)) {
        if (await this.settleDead(key, how, options)) settled.push(key);
      }
      yield settled;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
  }

  #check(options?: QueueCallOptions): void {
    options?.signal?.throwIfAborted();
    if (this.#closing !== undefined) throw new RefreshError('ERR_REFRESH_CLOSED', 'the queue is closed');
  }

  /** In a turn of its own, so that those who enqueue together are taken by urgency. */
  #dispatchSoon(): void {
    queueMicrotask(() => this.#dispatch());
  }

  #dispatch(): void {
    while (!this.#isPaused && this.#closing === undefined && this.#active.size < this.#globalConcurrency) {
      const consumer = [...this.#consumers].find(({ hasRoom }) => hasRoom);
      const entry = consumer === undefined ? undefined : this.#waiting.take();
      if (entry === undefined) return;
      this.#active.set(entry.task.key, entry);
      consumer!.hold((signal) => this.#run(entry, consumer!.handler, signal));
    }
  }

  async #run(entry: QueuedTask, handler: TaskHandler, signal: AbortSignal): Promise<void> {
    try {
      await handler(entry.task, { attempt: entry.failures + 1, isRepeated: entry.failures > 0, signal });
      this.#end(entry);
    } catch (error) {
      this.#fail(entry, error);
    }
  }

  #end(entry: QueuedTask): void {
    this.#active.delete(entry.task.key);
    if (entry.next !== undefined) this.#waiting.add(freshTask(entry.next));
  }

  #fail(entry: QueuedTask, error: unknown): void {
    entry.failures++;
    const { task, failures } = entry;
    if (failures >= this.#retry.attempts) {
      const failedAt = this.#clock.now();
      this.#dead.add({ ...task, attempts: failures, error: describeError(error), failedAt });
      this.#end(entry);
      return;
    }
    this.#active.delete(task.key);
    if (this.#closing !== undefined) return;
    const retry = (): void => {
      this.#delayed.delete(task.key);
      this.#waiting.add(entry);
      this.#dispatchSoon();
    };
    const timer = this.#clock.setTimer(retry, retryDelay(failures, this.#retry.backoff, this.#random));
    this.#delayed.set(task.key, { entry, timer });
  }
}
