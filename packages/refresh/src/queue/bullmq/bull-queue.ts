import { Queue } from 'bullmq';

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
import { BullConsumer } from './bull-consumer.ts';
import { type BullQueueOptions, type BullSettings, bullSettings } from './bull-settings.ts';
import { CallGate } from './call-gate.ts';
import { DeadLetters } from './dead-letters.ts';
import { KeyTasks } from './key-tasks.ts';
import { publishQueueError } from './queue-channel.ts';
import { openLink, type RedisLink } from './redis-link.ts';
import { WaitingBound } from './waiting-bound.ts';

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
 * that is asked for again takes over the more demanding reason and the greater urgency, however many ask and drop at
 * the same moment. A pause and `globalConcurrency` are kept in Redis; the pause is lost with its data, the
 * bound is set again at the next connection.
 *
 * Redis must not evict keys (`maxmemory-policy noeviction`), and must be version 6.2 or later.
 *
 * @throws RangeError or TypeError when an option makes no sense
 */
export function createBullQueue(options: BullQueueOptions): BullRefreshQueue {
  return new BullQueue(bullSettings(options));
}

/** How many dead tasks are settled in one call. */
const DEAD_PAGE = 100;

class BullQueue implements BullRefreshQueue {
  readonly bull: Queue<RefreshTask, TaskOutcome>;
  readonly #settings: BullSettings;
  readonly #link: RedisLink;
  readonly #gate: CallGate;
  readonly #tasks: KeyTasks;
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
    this.#tasks = new KeyTasks({ bull: this.bull, link: this.#link });
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
    return this.#gate.run('drop', () => this.#tasks.drop(key, sparesFollowUps), signal);
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
      await Promise.all(ids.map((id) => this.#settle({ id, key }, how)));
      return true;
    };
    return this.#gate.run('settleDead', settle, signal);
  }

  async *settleAllDead(how: 'retry' | 'drop', { signal }: QueueCallOptions = {}): AsyncGenerator<readonly string[]> {
    const run = <T>(work: () => Promise<T>): Promise<T> => this.#gate.run('settleAllDead', work, signal);
    // What fails again while the others are settled is not taken up again.
    const until = await run(() => this.#dead.newestAt());
    if (until === undefined) return;
    // Nor where it failed in the same millisecond, or by a clock that is behind.
    let rest = await run(() => this.#dead.count(until));
    for (let skip = 0; rest > 0;) {
      const page = await run(() => this.#dead.oldest(until, skip, Math.min(rest, DEAD_PAGE)));
      if (page.length === 0) return;
      rest -= page.length;
      const settled = await run(() => Promise.all(page.map((job) => this.#settle(job, how))));
      const keys = page.flatMap(({ key = '' }, index) => (settled[index] === true ? [key] : []));
      // Those that are no tasks of ours stay where they are.
      skip += page.length - keys.length;
      yield keys;
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
    this.#gate.close();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.bull.close();
    this.#link.disconnect();
  }

  /** False where it is no task, or cannot be taken away. */
  async #settle({ id, key }: { readonly id: string; readonly key?: string }, how: 'retry' | 'drop'): Promise<boolean> {
    if (key === undefined) return false;
    // Queued first: what stops half-way leaves it dead as well, and not gone.
    if (how === 'retry') await this.#add({ key, reason: 'manual', requestedAt: this.#settings.clock.now() });
    return this.#dead.remove(id);
  }

  async #add(task: RefreshTask): Promise<'queued' | 'known'> {
    await this.#bound.check();
    return this.#tasks.add(task);
  }
}
