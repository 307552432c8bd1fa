import { QueueKeys, RedisConnection, RedisQueueBackend, Worker } from 'bullmq';

import type { RefreshTask, TaskOutcome } from '../refresh-queue.ts';
import { retryDelay } from '../retry-delay.ts';
import type { BullSettings } from './bull-settings.ts';
import type { RedisLink } from './redis-link.ts';

/** What a job is to a worker. */
export interface BullJob {
  readonly id?: string | undefined;
  readonly data: unknown;
  /** How often it has failed. */
  readonly attemptsMade: number;
  /** How often whoever had it was not heard of any more. */
  readonly stalledCounter: number;
}

/** What a worker is made of. */
export interface BullWorkerOptions {
  readonly settings: BullSettings;
  readonly concurrency: number;
  /** For all but waiting. */
  readonly main: RedisLink;
  /** For waiting, which blocks it. */
  readonly blocking: RedisLink;
  readonly process: (job: BullJob) => Promise<TaskOutcome>;
}

/** BullMQ's worker over two connections that somebody else owns, and that can be left in the lurch. */
export class BullWorker extends Worker<RefreshTask, TaskOutcome> {
  constructor({ settings, concurrency, main, blocking, process }: BullWorkerOptions) {
    const { name, prefix, retry, random, keepEnded } = settings;
    const options = {
      connection: main,
      prefix,
      concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledCheckMs,
      // A task whose workers keep dying counts each death as a failed attempt.
      maxStalledCount: Math.max(1, retry.attempts - 1),
      drainDelay: 5,
      runRetryDelay: 1000,
      removeOnComplete: { count: keepEnded, age: 24 * 3600 },
      removeOnFail: { count: retry.maxDead, age: Math.ceil(retry.deadForMs / 1000) },
      settings: { backoffStrategy: (failures: number) => retryDelay(failures, retry.backoff, random) },
    };
    const keys = new QueueKeys(prefix);
    super(
      name,
      (job) => process(job),
      options,
      () => {
        const toKey = (type: string): string => keys.toKey(name, type);
        return new RedisQueueBackend(share(main), name, keys.getKeys(name), toKey, options, share(blocking));
      },
    );
  }

  /** Ends its timers, whatever it is still waiting for. */
  async abandon(): Promise<void> {
    await this.pause(true);
    await this.lockManager.close();
  }
}

/** Without the check of the version, which prints what it does not like. */
function share(link: RedisLink): RedisConnection {
  const connection = new RedisConnection(link, { shared: true, blocking: true, skipVersionCheck: true });
  const refine = (): void => {
    // Redis 6 and later: without this, waits are rounded up to whole seconds, and so is every back-off.
    connection.capabilities = { canDoubleTimeout: true, canBlockFor1Ms: false };
  };
  connection.client.then(refine, () => undefined);
  return connection;
}
