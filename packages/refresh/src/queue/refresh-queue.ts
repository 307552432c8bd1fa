/** Why a refresh is wanted. */
export type RefreshReason = 'missing' | 'ageing' | 'stale' | 'invalidated' | 'scheduled' | 'warm-up' | 'manual';

/** A wish that one entry be loaded anew. */
export interface RefreshTask {
  /** `<source>:<id>`, or the name of the source alone. */
  readonly key: string;
  readonly reason: RefreshReason;
  /** When it was asked for, in ms since the epoch by the asker's wall clock: for display and metrics only. */
  readonly requestedAt: number;
}

/** How urgent a task is: tasks of a lower number go first. Stale and missing data before what is merely ageing. */
export type RefreshPriority = 1 | 2 | 3 | 4 | 5;

/** How a task ended, for counters and display. */
export type TaskOutcome = 'refreshed' | 'unchanged' | 'fresh' | 'busy' | 'disabled';

/** What a handler of tasks is given. */
export interface TaskContext {
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Whether somebody may have worked on it before: it has failed, or whoever had it was not heard of any more. */
  readonly isRepeated: boolean;
  /** Aborts when the consumer closes without waiting, or loses its hold on the task. */
  readonly signal: AbortSignal;
}

/** Loads what a task asks for. A rejection is retried with back-off, then dead-lettered. */
export type TaskHandler = (task: RefreshTask, context: TaskContext) => Promise<TaskOutcome>;

/** How tasks are consumed. */
export interface ConsumeOptions {
  /** How many tasks this process works on at once. @default 8 */
  readonly concurrency?: number;
}

/** Takes tasks until it is closed. */
export interface TaskConsumer extends AsyncDisposable {
  /** Takes no more tasks, waits up to `drainMs` (default 5,000) for those in hand, then aborts them. Idempotent. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

/** How many tasks there are. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  /** Waiting for their next attempt. */
  readonly delayed: number;
  readonly dead: number;
  readonly isPaused: boolean;
}

/** A task that failed for good. */
export interface DeadTask extends RefreshTask {
  readonly attempts: number;
  /** The message of the last error. */
  readonly error: string;
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
}

/** Bounds on one call. */
export interface QueueCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is dropped. */
export interface DropOptions extends QueueCallOptions {
  /**
   * Spares a task that a load need not have answered, though the entry is fresh now: `invalidated`, `manual`,
   * `scheduled`. @default false
   */
  readonly sparesFollowUps?: boolean;
}

/**
 * Tasks, at most one waiting per key however many ask. A task that is being worked on does not keep the next one for
 * its key from being queued when that one's reason is `invalidated`, `manual` or `scheduled`, because the load in hand
 * may have begun before what these are about; other reasons are dropped then.
 *
 * Every call rejects with RefreshError ERR_REFRESH_QUEUE (unreachable, refused, timed out), ERR_REFRESH_CLOSED or the
 * reason of the signal.
 */
export interface RefreshQueue extends AsyncDisposable {
  /**
   * `known`: one for this key is there already. It is now at least as urgent as this one, and has its reason if that
   * is the more demanding: `manual` before `scheduled` (with the newest tick), then `missing`, `invalidated`, `stale`,
   * `ageing`, `warm-up`.
   */
  enqueue(task: RefreshTask, options?: QueueCallOptions): Promise<'queued' | 'known'>;
  /** Works on tasks from now on. */
  consume(handler: TaskHandler, options?: ConsumeOptions): TaskConsumer;
  /** Takes away the waiting task for this key, which has become superfluous. False when there is none such. */
  drop(key: string, options?: DropOptions): Promise<boolean>;
  /** No task is begun, in any process, until `resume`. */
  pause(options?: QueueCallOptions): Promise<void>;
  resume(options?: QueueCallOptions): Promise<void>;
  counts(options?: QueueCallOptions): Promise<QueueCounts>;
  /** The newest first. @default limit 100 */
  deadTasks(options?: QueueCallOptions & { readonly limit?: number }): Promise<DeadTask[]>;
  /** Queues a dead task again (`retry`) or forgets it (`drop`). False when there is none for this key. */
  settleDead(key: string, how: 'retry' | 'drop', options?: QueueCallOptions): Promise<boolean>;
  /**
   * The same for all that are dead when it begins, the oldest first, a hundred in one call each: gives the keys that
   * were settled, and goes on when it is asked for the next.
   */
  settleAllDead(how: 'retry' | 'drop', options?: QueueCallOptions): AsyncIterable<readonly string[]>;
  /** Idempotent. Consumers are closed first. Your Redis client stays open. */
  close(): Promise<void>;
}
