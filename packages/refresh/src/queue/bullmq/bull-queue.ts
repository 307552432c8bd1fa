import { type Job, Queue } from 'bullmq';
import { randomUUID } from 'node:crypto';

import { toError } from '@lockstep/core';

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
  TaskOutcome,
} from '../refresh-queue.ts';
import { isFollowUp, outranks, priorityOf } from '../urgency.ts';
import { BullConsumer } from './bull-consumer.ts';
import { type BullQueueOptions, type BullSettings, bullSettings } from './bull-settings.ts';
import { CallGate } from './call-gate.ts';
import { DeadLetters } from './dead-letters.ts';
import { publishQueueError } from './queue-channel.ts';
import { openLink, type RedisLink } from './redis-link.ts';
import { sourceOf, taskIn } from './task-data.ts';
import { WaitingBound } from './waiting-bound.ts';

/** What BullMQ's scripts answer about a job that is not there. */
const NO_SUCH_JOB = -1;

/** A refresh queue on BullMQ. */
export interface BullRefreshQueue extends RefreshQueue {
  /**
   * BullMQ's own queue, for a dashboard such as bull-board, and closed with this one. Its calls have no deadline, but
   * fail at once while Redis is away. A job that is retried or added by it is not counted against its key: it may
   * stand beside another for it, and the lock on the key keeps the two apart.
   */
  readonly bull: Queue<RefreshTask, TaskOutcome>;
}

/**
 * A queue that any number of processes share through Redis. It connects in the background; calls before the first
 * connection wait for it within their deadline, and later ones fail at once while Redis is away.
 *
 * One task per key: the second asker finds the job of the first by BullMQ's deduplication, under the key. A task
 * that is asked for again takes over the more demanding reason and the greater urgency; when two processes do that at
 * the same moment with different reasons, the lesser one may win. A pause and `globalConcurrency` are kept in Redis; the pause is lost with its data, the
 * bound is set again at the next connection.
 *
 * Redis must not evict keys (`maxmemory-policy noeviction`), and must be version 6.2 or later.
 *
 * @throws RangeError or TypeError when an option makes no sense
 */
export function createBullQueue(options: BullQueueOptions): BullRefreshQueue {
  return new BullQueue(bullSettings(options));
}

class BullQueue implements BullRefreshQueue {
  readonly bull: Queue<RefreshTask, TaskOutcome>;
  readonly #settings: BullSettings;
  readonly #link: RedisLink;
  readonly #gate: CallGate;
  readonly #dead: DeadLetters;
  readonly #bound: WaitingBound;
  readonly #consumers = new Set<BullConsumer>();
  readonly #onError = (error: unknown): void => {
    publishQueueError({ queue: this.#settings.name, error: toError(error) });
  };
  #closing: Promise<void> | undefined;

  constructor(settings: BullSettings) {
    const { name, prefix, retry, clock, callTimeoutMs: timeoutMs, maxInFlight, globalConcurrency } = settings;
    this.#settings = settings;
    this.#link = openLink(settings.redis, {
      hasOfflineQueue: false,
      maxRetriesPerRequest: 0,
      silenceMs: 2 * timeoutMs,
    });
    this.#gate = new CallGate({ link: this.#link, clock, timeoutMs, maxInFlight });
    this.bull = new Queue(name, {
      connection: this.#link,
      prefix,
      skipVersionCheck: true,
      skipWaitingForReady: true,
      skipMetasUpdate: true,
      streams: { events: { maxLen: 1000 } },
      defaultJobOptions: { attempts: retry.attempts, backoff: { type: 'custom' }, stackTraceLimit: 0 },
    });
    this.bull.on('error', this.#onError);
    this.#dead = new DeadLetters({ bull: this.bull, link: this.#link, retry, clock });
    this.#bound = new WaitingBound({ bull: this.bull, clock, maxWaiting: settings.maxWaiting });
    const meta = {
      ...this.bull.metaValues,
      ...(globalConcurrency !== undefined && { concurrency: globalConcurrency }),
    };
    // At each connection: BullMQ does it once, before there is one, and Redis may have lost it.
    this.#link.on('ready', () => void this.bull.getBackend().setQueueMeta(meta).catch(this.#onError));
  }

  async enqueue(task: RefreshTask, { signal }: QueueCallOptions = {}): Promise<'queued' | 'known'> {
    checkKey(task.key);
    return this.#gate.run('enqueue', () => this.#add(task), signal);
  }

  consume(handler: TaskHandler, options: ConsumeOptions = {}): TaskConsumer {
    this.#gate.check();
    const consumer = new BullConsumer({
      settings: this.#settings,
      handler,
      concurrency: checkCount('concurrency', options.concurrency ?? 8),
      onError: this.#onError,
      onDead: (key, jobId) => void this.#gate.run('replace', () => this.#dead.replace(key, jobId)).catch(this.#onError),
      onClose: (closed) => this.#consumers.delete(closed),
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async drop(key: string, { signal, sparesFollowUps = false }: DropOptions = {}): Promise<boolean> {
    return this.#gate.run('drop', () => this.#drop(key, sparesFollowUps), signal);
  }

  async pause({ signal }: QueueCallOptions = {}): Promise<void> {
    await this.#gate.run('pause', () => this.bull.pause(), signal);
  }

  async resume({ signal }: QueueCallOptions = {}): Promise<void> {
    await this.#gate.run('resume', () => this.bull.resume(), signal);
  }

  async counts({ signal }: QueueCallOptions = {}): Promise<QueueCounts> {
    const read = (): Promise<[Record<string, number>, number, boolean]> =>
      Promise.all([
        this.bull.getJobCounts('wait', 'prioritized', 'active', 'delayed'),
        this.#dead.count(),
        this.bull.isPaused(),
      ]);
    const [counts, dead, isPaused] = await this.#gate.run('counts', read, signal);
    const of = (state: string): number => counts[state] ?? 0;
    const waiting = of('wait') + of('prioritized');
    return { waiting, active: of('active'), delayed: of('delayed'), dead, isPaused };
  }

  async deadTasks(options: QueueCallOptions & { readonly limit?: number } = {}): Promise<DeadTask[]> {
    const limit = checkCount('limit', options.limit ?? 100);
    return this.#gate.run('deadTasks', () => this.#dead.newest(limit), options.signal);
  }

  async settleDead(key: string, how: 'retry' | 'drop', { signal }: QueueCallOptions = {}): Promise<boolean> {
    const settle = async (): Promise<boolean> => {
      const ids = await this.#dead.jobsOf(key);
      if (ids.length === 0) return false;
      // Queued first: what stops half-way leaves it dead as well, and not gone.
      if (how === 'retry') await this.#add({ key, reason: 'manual', requestedAt: this.#settings.clock.now() });
      await Promise.all(ids.map((id) => this.bull.remove(id)));
      return true;
    };
    return this.#gate.run('settleDead', settle, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#gate.close();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.bull.close();
    this.#link.disconnect();
  }

  async #add({ key, reason, requestedAt }: RefreshTask): Promise<'queued' | 'known'> {
    await this.#bound.check();
    const task: RefreshTask = { key, reason, requestedAt };
    const followsUp = isFollowUp(reason);
    const next = followsUp ? await this.#next(key) : undefined;
    // BullMQ would put this one in its place. If it begins in this very moment, it does so after what this is about.
    if (next !== undefined && !outranks(task, next)) return 'known';
    const jobId = randomUUID();
    const job = await this.bull.add(sourceOf(key), task, {
      jobId,
      priority: priorityOf(reason),
      deduplication: { id: key, keepLastIfActive: followsUp },
    });
    if (job.id === jobId) return 'queued';
    if (followsUp && (await this.#next(key)) !== undefined) return next === undefined ? 'queued' : 'known';
    await this.#merge(job.id!, task);
    return 'known';
  }

  /** Takes note that a task that waits was asked for again. */
  async #merge(jobId: string, task: RefreshTask): Promise<void> {
    const found = await this.#link.call('HMGET', this.bull.toKey(jobId), 'data', 'priority');
    const [data, priority] = found as (string | null)[];
    const present = taskIn(data);
    if (present === undefined) return;
    const backend = this.bull.getBackend();
    const wanted = priorityOf(task.reason);
    try {
      if (outranks(task, present)) await backend.updateData({ id: jobId } as Job, task);
      if (wanted < Number(priority)) await backend.changePriority(jobId, wanted);
    } catch (error) {
      // It has ended, and is gone, since it was found.
      if ((error as { code?: unknown }).code !== NO_SUCH_JOB) throw error;
    }
  }

  async #drop(key: string, sparesFollowUps: boolean): Promise<boolean> {
    const jobId = await this.bull.getDeduplicationJobId(key);
    if (sparesFollowUps) {
      // What is to follow a job in hand is always spared, and so is what waits when its reason says so.
      const data = jobId === null ? undefined : await this.#link.call('HGET', this.bull.toKey(jobId), 'data');
      const present = taskIn(data);
      return present !== undefined && !isFollowUp(present.reason) && (await this.bull.remove(jobId!)) === 1;
    }
    // A job in hand is locked and cannot be removed, but what is to follow it can.
    if (jobId !== null && (await this.bull.remove(jobId)) === 1) return true;
    return Number(await this.#link.call('DEL', this.#nextKey(key))) > 0;
  }

  async #next(key: string): Promise<RefreshTask | undefined> {
    return taskIn(await this.#link.call('HGET', this.#nextKey(key), 'data'));
  }

  /** Where BullMQ keeps what is queued when the job in hand for that key has ended. */
  #nextKey(key: string): string {
    return this.bull.toKey(`dn:${key}`);
  }
}
