import { type Clock, systemClock, toError } from '@lockstep/core';

import type { RefreshQueue } from '../queue/refresh-queue.ts';
import { RefreshError } from '../refresh-error.ts';
import { enqueueAll } from './enqueue-all.ts';
import { PlannedWork } from './planned-work.ts';
import { checkPlan, type KeyList, type SchedulePlan } from './schedule-plan.ts';

/** What a schedule is made of. */
export interface ScheduleOptions {
  /** It stays yours. */
  readonly queue: Pick<RefreshQueue, 'enqueue'>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Hears why the tasks of a tick could not be queued; they are tried again until the next tick. */
  readonly onError?: (error: Error, plan: string) => void;
}

/** How a plan is doing. */
export interface PlanStatus {
  readonly name: string;
  readonly isPaused: boolean;
  /** When the next tick is due, in ms since the epoch, without the jitter. */
  readonly nextAt: number | undefined;
  /** When the last tick was due whose tasks were all queued. */
  readonly lastAt: number | undefined;
  /** For how many keys it queued tasks then. */
  readonly lastKeys: number | undefined;
  /** Why the tasks of the last tick are not all queued, or a key of it was refused. Undefined when all went well. */
  readonly lastError: Error | undefined;
}

/** Bounds on a warm-up. */
export interface WarmUpOptions {
  readonly signal?: AbortSignal;
}

/**
 * Asks for refreshes at set times.
 *
 * Run it in as many processes as you like: it is one refresh per key and tick all the same. Ticks are at the same
 * moments everywhere, the queue keeps one task per key, and the `requestedAt` of a task is the moment at which its
 * tick was due: a worker that finds an entry loaded since then takes the task for done. That holds for jitter and
 * clocks that differ; a clock that is off by more than the worker allows costs a second refresh, not a wrong one.
 *
 * A tick that was missed, because the process or the machine slept, is made up for once, however many there were.
 * What a process missed before it was started it does not know: see `warmUp`.
 */
export interface Schedule extends AsyncDisposable {
  /**
   * Begins to follow a plan.
   *
   * @throws TypeError or RangeError when the plan makes no sense, or there is one of that name
   * @throws RefreshError ERR_REFRESH_CLOSED
   */
  add(name: string, plan: SchedulePlan): void;
  /** Follows it no more. False when there is none of that name. */
  remove(name: string): boolean;
  /** Lets the ticks of that plan, or of all, pass in this process. False when there is none of that name. */
  pause(name?: string): boolean;
  /** Goes on with the next tick. False when there is none of that name. */
  resume(name?: string): boolean;
  plans(): readonly PlanStatus[];
  /**
   * Queues a `warm-up` task for each key, after everything that is more urgent; what is fresh is skipped by the
   * worker. Tries until all are queued.
   *
   * @returns how many keys there were
   * @throws the reason of the signal, or RefreshError ERR_REFRESH_CLOSED
   */
  warmUp(keys: readonly string[] | KeyList, options?: WarmUpOptions): Promise<number>;
  /** Idempotent. The queue stays open. */
  close(): Promise<void>;
}

/** Makes a schedule without plans. */
export function createSchedule(options: ScheduleOptions): Schedule {
  return new PlanSchedule(options);
}

class PlanSchedule implements Schedule {
  readonly #options: Required<ScheduleOptions>;
  readonly #plans = new Map<string, PlannedWork>();
  readonly #end = new AbortController();

  constructor({ queue, clock = systemClock, random = Math.random, onError = () => undefined }: ScheduleOptions) {
    this.#options = { queue, clock, random, onError };
  }

  add(name: string, plan: SchedulePlan): void {
    this.#end.signal.throwIfAborted();
    checkPlan(plan);
    if (this.#plans.has(name)) throw new TypeError(`there is a plan ${JSON.stringify(name)} already`);
    const work = new PlannedWork({ ...this.#options, plan, onError: this.#reporter(name) });
    this.#plans.set(name, work);
    work.start();
  }

  remove(name: string): boolean {
    void this.#plans.get(name)?.stop(new Error('the plan was removed'));
    return this.#plans.delete(name);
  }

  pause(name?: string): boolean {
    const chosen = this.#chosen(name);
    for (const work of chosen) void work.stop(new Error('the plan was paused'));
    return chosen.length > 0;
  }

  resume(name?: string): boolean {
    const chosen = this.#chosen(name);
    for (const work of chosen) work.start();
    return chosen.length > 0;
  }

  plans(): readonly PlanStatus[] {
    return [...this.#plans].map(([name, { isPaused, nextAt, lastAt, lastKeys, lastError }]) => ({
      name,
      isPaused,
      nextAt,
      lastAt,
      lastKeys,
      lastError,
    }));
  }

  async warmUp(keys: readonly string[] | KeyList, { signal }: WarmUpOptions = {}): Promise<number> {
    const now = this.#options.clock.now();
    return enqueueAll({
      ...this.#options,
      keys,
      reason: 'warm-up',
      requestedAt: () => now,
      onError: this.#reporter('warm-up'),
      signal: signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]),
    });
  }

  async close(): Promise<void> {
    const closed = new RefreshError('ERR_REFRESH_CLOSED', 'the schedule is closed');
    this.#end.abort(closed);
    const stopped = [...this.#plans.values()].map((work) => work.stop(closed));
    this.#plans.clear();
    await Promise.all(stopped);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #chosen(name: string | undefined): PlannedWork[] {
    if (name === undefined) return [...this.#plans.values()];
    const work = this.#plans.get(name);
    return work === undefined ? [] : [work];
  }

  #reporter(plan: string): (error: unknown) => void {
    return (error) => this.#options.onError(toError(error), plan);
  }
}
