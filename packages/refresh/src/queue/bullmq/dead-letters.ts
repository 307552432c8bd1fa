import type { Clock } from '@lockstep/core';
import type { Job, Queue } from 'bullmq';

import type { DeadTask, RefreshTask, TaskOutcome } from '../refresh-queue.ts';
import type { RetrySettings } from '../retry-settings.ts';
import type { RedisLink } from './redis-link.ts';
import { readTask, taskIn } from './task-data.ts';

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

  /** How many there are, or how many that failed no later than `until`. */
  async count(until: number | '+inf' = '+inf'): Promise<number> {
    return Number(await this.#link.call('ZCOUNT', this.#bull.toKey('failed'), `(${this.#since()}`, until));
  }

  async newest(limit: number): Promise<DeadTask[]> {
    return (await this.#read(limit)).map(({ dead }) => dead);
  }

  /** The ids of the jobs for that key. */
  async jobsOf(key: string): Promise<string[]> {
    const found = await this.#read(this.#retry.maxDead);
    return found.filter(({ dead }) => dead.key === key).map(({ id }) => id);
  }

  /** When the newest failed, in ms since the epoch by the clock of its worker; undefined when there is none. */
  async newestAt(): Promise<number | undefined> {
    const found = await this.#link.call('ZREVRANGE', this.#bull.toKey('failed'), 0, 0, 'WITHSCORES');
    const [, score] = (found as unknown[]).flat() as (string | number | undefined)[];
    return score === undefined ? undefined : Number(score);
  }

  /** Up to `limit` that failed no later than `until`, the oldest first, but for the first `skip`. */
  async oldest(until: number, skip: number, limit: number): Promise<{ readonly id: string; readonly key?: string }[]> {
    const failed = this.#bull.toKey('failed');
    const ids = await this.#link.call('ZRANGEBYSCORE', failed, `(${this.#since()}`, until, 'LIMIT', skip, limit);
    return Promise.all(
      (ids as string[]).map(async (id) => {
        const task = taskIn(await this.#link.call('HGET', this.#bull.toKey(id), 'data'));
        return task === undefined ? { id } : { id, key: task.key };
      }),
    );
  }

  /** False when it could not be taken away, and is there still. */
  async remove(id: string): Promise<boolean> {
    if ((await this.#bull.remove(id)) === 1) return true;
    return (await this.#link.call('ZSCORE', this.#bull.toKey('failed'), id)) === null;
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
