import type { Queue } from 'bullmq';
import { randomUUID } from 'node:crypto';

import { sourceOf } from '../../definition/refresh-key.ts';
import { RefreshError } from '../../refresh-error.ts';
import type { RefreshTask, TaskOutcome } from '../refresh-queue.ts';
import { isFollowUp, outranks, priorityOf } from '../urgency.ts';
import { mergeScript } from './merge-script.ts';
import type { RedisLink } from './redis-link.ts';
import { taskIn } from './task-data.ts';

/** What they are kept in. */
export interface KeyTasksOptions {
  readonly bull: Queue<RefreshTask, TaskOutcome>;
  readonly link: RedisLink;
}

/** What BullMQ's scripts answer about a job that is not there. */
const NO_SUCH_JOB = -1;
/** So often others come in between when one task is added, and never more in the tests. */
const MAX_ATTEMPTS = 10;
/** Longer than any call takes. */
const MARK_MS = 60_000;

/**
 * The task that waits for each key, and the one that is to follow a job in hand.
 *
 * BullMQ has steps of its own for adding and removing a job and none that look at what it carries, so these are several
 * steps each. What goes on between them is found out afterwards, by two marks of each job: of the task that it took over
 * last, and of the last one that was to follow it. Who took such a task away, or put a lesser one in its place, adds it
 * again. So a task that was accepted may become two, and never none.
 */
export class KeyTasks {
  readonly #bull: Queue<RefreshTask, TaskOutcome>;
  readonly #link: RedisLink;

  constructor({ bull, link }: KeyTasksOptions) {
    this.#bull = bull;
    this.#link = link;
  }

  /** Adds a task, or has the one that is there take over what it asks for. */
  async add({ key, reason, requestedAt }: RefreshTask): Promise<'queued' | 'known'> {
    const task: RefreshTask = { key, reason, requestedAt };
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const answer = isFollowUp(reason) ? await this.#addFollowUp(task) : await this.#addOther(task);
      if (answer !== 'again') return answer;
    }
    throw new RefreshError('ERR_REFRESH_QUEUE', 'others add and take away tasks for this key faster than one is added');
  }

  /**
   * Takes away the task that waits for a key. With `sparesFollowUps` not one that a load need not have answered; else
   * also the one that is to follow a job in hand.
   */
  async drop(key: string, sparesFollowUps: boolean): Promise<boolean> {
    const jobId = await this.#bull.getDeduplicationJobId(key);
    if (sparesFollowUps) return jobId !== null && this.#dropUnlessFollowUp(key, jobId);
    // A job in hand is locked and cannot be removed, but what is to follow it can.
    if (jobId !== null) {
      if ((await this.#bull.remove(jobId)) === 1) return true;
      await this.#link.call('DEL', this.#markKey('after', jobId));
    }
    return Number(await this.#link.call('DEL', this.#nextKey(key))) > 0;
  }

  async #dropUnlessFollowUp(key: string, jobId: string): Promise<boolean> {
    const before = await this.#marks(jobId);
    const present = taskIn(await this.#link.call('HGET', this.#bull.toKey(jobId), 'data'));
    // What waits is spared when its reason says so.
    if (present === undefined || isFollowUp(present.reason)) return false;
    // What is to follow it always is, and it would go with the job: that one may have failed, and wait for another try.
    if ((await this.#next(key)) !== undefined) return false;
    if ((await this.#bull.remove(jobId)) !== 1) return false;
    const after = await this.#marks(jobId);
    // What came in since the look has gone with the job.
    const lost = after.flatMap((mark, index) => {
      const task = mark === before[index] ? undefined : markedIn(mark);
      return task !== undefined && isFollowUp(task.reason) ? [task] : [];
    });
    for (const task of lost) await this.add(task);
    return lost.length === 0;
  }

  async #addOther(task: RefreshTask): Promise<'queued' | 'known' | 'again'> {
    const { isNew, jobId } = await this.#give(task, false);
    return isNew ? 'queued' : this.#merge(jobId, task);
  }

  async #addFollowUp(task: RefreshTask): Promise<'queued' | 'known' | 'again'> {
    const { key } = task;
    const next = await this.#next(key);
    // BullMQ would put this one in its place. If it begins in this very moment, it does so after what this is about.
    if (next !== undefined && !outranks(task, next)) return 'known';
    const { isNew, jobId } = await this.#give(task, true);
    if (isNew) return 'queued';
    const mark = ['SET', this.#markKey('after', jobId), markOf(task), 'PX', MARK_MS, 'GET'] as const;
    const other = markedIn(await this.#link.call(...mark));
    const kept = await this.#next(key);
    // It was to follow the same job, and whoever takes that away finds only the mark of this one.
    if (other !== undefined && outranks(other, task) && (kept === undefined || outranks(other, kept))) {
      await this.add(other);
    }
    // It waits, or it is in hand already, or waits for another try: which of them is found out when it is merged.
    if (kept === undefined || outranks(task, kept)) return this.#merge(jobId, task);
    return next === undefined ? 'queued' : 'known';
  }

  async #give(
    task: RefreshTask,
    keepLastIfActive: boolean,
  ): Promise<{ readonly isNew: boolean; readonly jobId: string }> {
    const jobId = randomUUID();
    const job = await this.#bull.add(sourceOf(task.key), task, {
      jobId,
      priority: priorityOf(task.reason),
      deduplication: { id: task.key, keepLastIfActive },
    });
    return { isNew: job.id === jobId, jobId: job.id! };
  }

  /** Takes note that a task that waits was asked for again. */
  async #merge(jobId: string, task: RefreshTask): Promise<'known' | 'again'> {
    const job = this.#bull.toKey(jobId);
    const followsUp = isFollowUp(task.reason);
    const [data, priority] = (await this.#link.call('HMGET', job, 'data', 'priority')) as (string | null)[];
    const present = taskIn(data);
    // It has ended since it was found. Of a follow-up that may have been before what it is about.
    if (present === undefined) return followsUp ? 'again' : 'known';
    if (outranks(task, present)) {
      const args = [data!, JSON.stringify(task), markOf(task), MARK_MS];
      const reply = await mergeScript.run(this.#link, [job, this.#markKey('mark', jobId)], args);
      if (reply !== 1) return reply === 0 || followsUp ? 'again' : 'known';
    }
    const wanted = priorityOf(task.reason);
    try {
      if (wanted < Number(priority)) await this.#bull.getBackend().changePriority(jobId, wanted);
    } catch (error) {
      if ((error as { code?: unknown }).code !== NO_SUCH_JOB) throw error;
    }
    // Whoever begins it from now on knows of this task; whoever had begun it may not.
    return followsUp && !isWaiting(await this.#bull.getJobState(jobId)) ? 'again' : 'known';
  }

  async #next(key: string): Promise<RefreshTask | undefined> {
    return taskIn(await this.#link.call('HGET', this.#nextKey(key), 'data'));
  }

  /** Of what the job took over, and of what was to follow it. */
  async #marks(jobId: string): Promise<readonly unknown[]> {
    const keys = [this.#markKey('mark', jobId), this.#markKey('after', jobId)];
    return (await this.#link.call('MGET', ...keys)) as unknown[];
  }

  /** Where BullMQ keeps what is queued when the job in hand for that key has ended. */
  #nextKey(key: string): string {
    return this.#bull.toKey(`dn:${key}`);
  }

  /** By job, for that of another one must not hide it. */
  #markKey(kind: 'mark' | 'after', jobId: string): string {
    return this.#bull.toKey(`${kind}:${jobId}`);
  }
}

/** No two are alike. */
function markOf(task: RefreshTask): string {
  return `${randomUUID()} ${JSON.stringify(task)}`;
}

function markedIn(mark: unknown): RefreshTask | undefined {
  return typeof mark === 'string' ? taskIn(mark.slice(mark.indexOf(' ') + 1)) : undefined;
}

function isWaiting(state: string): boolean {
  return state === 'waiting' || state === 'prioritized' || state === 'delayed' || state === 'waiting-children';
}
