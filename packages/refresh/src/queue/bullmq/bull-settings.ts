import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { checkAtLeast, checkCount } from '../../check-number.ts';
import { type RetryOptions, type RetrySettings, retrySettings } from '../retry-settings.ts';

/** How a queue on BullMQ behaves. */
export interface BullQueueOptions extends RetryOptions {
  /** A client of ioredis 5 or 6, for one Redis or a cluster. It stays yours; the queue opens connections of its own. */
  readonly redis: RedisClient;
  /** Its name: all queues of one name and prefix share their tasks. Without a colon. @default 'refresh' */
  readonly name?: string;
  /** What its keys begin with; put in braces, so that they share a slot of a cluster. @default 'lr' */
  readonly prefix?: string;
  /** How long one call may take, in ms. @default 1_000 */
  readonly callTimeoutMs?: number;
  /** How many calls may be without an answer; one more is refused. @default 1_000 */
  readonly maxInFlight?: number;
  /**
   * About how many tasks may wait, in all processes; tasks beyond it are refused. They are counted once a second, so
   * that more get in within one. @default 100_000
   */
  readonly maxWaiting?: number;
  /** How many tasks all processes together work on at once; kept in Redis, the last to set it wins. @default no bound */
  readonly globalConcurrency?: number;
  /** For how long, in ms, a worker that is not heard of holds its task; renewed four times in that. @default 10_000 */
  readonly lockMs?: number;
  /**
   * How often, in ms, workers look for tasks whose worker has died; at most half of `lockMs`. Such a task is taken
   * over within `lockMs` and twice this, and 5 s later where Redis was away meanwhile. @default 5_000
   */
  readonly stalledCheckMs?: number;
  /** How many ended tasks are kept for display. @default 100 */
  readonly keepEnded?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** The same, complete and checked. */
export interface BullSettings {
  readonly redis: RedisClient;
  readonly name: string;
  readonly prefix: string;
  readonly retry: RetrySettings;
  readonly callTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxWaiting: number;
  readonly globalConcurrency: number | undefined;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly keepEnded: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * @throws RangeError when a number makes no sense
 * @throws TypeError when a name does
 */
export function bullSettings(options: BullQueueOptions): BullSettings {
  const { name = 'refresh', prefix = 'lr', globalConcurrency, lockMs = 10_000, stalledCheckMs = 5000 } = options;
  if (name === '' || name.includes(':')) throw new TypeError('the name of a queue is a text without a colon');
  if (prefix === '') throw new TypeError('the prefix of a queue must not be empty');
  return {
    redis: options.redis,
    name,
    prefix: /\{.+\}/.test(prefix) ? prefix : `{${prefix}}`,
    retry: retrySettings(options),
    callTimeoutMs: checkCount('callTimeoutMs', options.callTimeoutMs ?? 1000),
    maxInFlight: checkCount('maxInFlight', options.maxInFlight ?? 1000),
    maxWaiting: checkCount('maxWaiting', options.maxWaiting ?? 100_000),
    globalConcurrency: globalConcurrency === undefined ? undefined : checkCount('globalConcurrency', globalConcurrency),
    lockMs: checkAtLeast('lockMs', lockMs, 100),
    stalledCheckMs: checkStalled(stalledCheckMs, lockMs),
    keepEnded: checkAtLeast('keepEnded', options.keepEnded ?? 100, 0),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function checkStalled(stalledCheckMs: number, lockMs: number): number {
  checkAtLeast('stalledCheckMs', stalledCheckMs, 50);
  if (stalledCheckMs <= lockMs / 2) return stalledCheckMs;
  throw new RangeError(`stalledCheckMs must be at most half of lockMs (${lockMs}), got ${stalledCheckMs}`);
}
