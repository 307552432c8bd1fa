import type { Clock } from '@lockstep/core';
import type { Job, Queue } from 'bullmq';

import type { DeadTask, RefreshTask, TaskOutcome } from '../refresh-queue.ts';
import type { RetrySettings } from '../retry-settings.ts';
import type { RedisLink } from './redis-link.ts';
import { readTask } from './task-data.ts';

/** What it works on. */
export interface DeadLettersOptions {
  readonly bull: Queue<RefreshTask, TaskOutcome>;
  readonly link: RedisLink;
  readonly retry: RetrySettings;
  readonly clock: Clock;
}

/** The jobs that failed for good. BullMQ takes away old ones only when another fails, so age is looked at here too. */
export class DeadLetters {
  readonly #bull: Queue<RefreshTask, TaskOutcome>;
  readonly #link: RedisLink;
  readonly #retry: RetrySettings;
  readonly #clock: Clock;

  constructor({ bull, link, retry, clock }: DeadLettersOptions) {
    this.#bull = bull;
    this.#link = link;
    this.#retry = retry;
    this.#clock = clock;
  }

  async count(): Promise<number> {
    return Number(await this.#link.call('ZCOUNT', this.#bull.toKey('failed'), `(${this.#since()}`, '+inf'));
  }

  async newest(limit: number): Promise<DeadTask[]> {
    return (await this.#read(limit)).map(({ dead }) => dead);
  }

  /** The ids of the jobs for that key. */
  async jobsOf(key: string): Promise<string[]> {
    const found = await this.#read(this.#retry.maxDead);
    return found.filter(({ dead }) => dead.key === key).map(({ id }) => id);
  }

  /** Takes away the dead job for that key which was there before this one. */
  async replace(key: string, jobId: string): Promise<void> {
    const pointer = this.#bull.toKey(`dead:${key}`);
    const previous = await this.#link.call('SET', pointer, jobId, 'PX', Math.ceil(this.#retry.deadForMs), 'GET');
    if (typeof previous === 'string' && previous !== jobId) await this.#bull.remove(previous);
  }

  async #read(limit: number): Promise<{ readonly id: string; readonly dead: DeadTask }[]> {
    const jobs = await this.#bull.getFailed(0, limit - 1);
    return jobs.flatMap((job) => {
      const dead = deadTask(job);
      return dead === undefined || dead.failedAt <= this.#since() ? [] : [{ id: job.id!, dead }];
    });
  }

  #since(): number {
    return this.#clock.now() - this.#retry.deadForMs;
  }
}

function deadTask(job: Job<RefreshTask, TaskOutcome>): DeadTask | undefined {
  const task = readTask(job.data);
  if (task === undefined) return undefined;
  return { ...task, attempts: job.attemptsMade, error: job.failedReason, failedAt: job.finishedOn ?? 0 };
}
