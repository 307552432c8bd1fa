import { type Clock, type RedisClient, systemClock, toError } from '@lockstep/core';

import { checkNumber } from './check-number.ts';
import type { LockDriver } from './driver/lock-driver.ts';

/** How a lock is acquired and held, wherever it is not said otherwise for one acquisition. */
export interface LeaseDefaults {
  /**
   * For how long, in whole ms, the lock stays with a holder that is not heard of any more. It is renewed every third of it.
   * @default 10_000
   */
  readonly ttlMs?: number;
  /** For how long to wait for a lock, in ms; Infinity: until it is there. @default 30_000 */
  readonly waitMs?: number;
  /**
   * Whether a lock goes to those who wait in their order. If not, whoever comes when it is free has it: more throughput,
   * and some may wait long. @default true
   */
  readonly fair?: boolean;
  /** So many replicas must have a grant, or it is rolled back. @default 0 */
  readonly replicas?: number;
  /**
   * For how long, in ms, nobody gets the lock after a lease ran out without a release: for resources that cannot check
   * fencing tokens. @default 0
   */
  readonly lockDelayMs?: number;
}

/** Where the locks of a process are, and what they are bound by. */
export interface LocksOptions extends LeaseDefaults {
  /** An ioredis `Redis` or `Cluster`. You own it: only connections that are made from it are closed. */
  readonly client?: RedisClient;
  /** Instead of `client`: where locks live. You own it. */
  readonly driver?: LockDriver;
  /** The first part of all names in Redis; all processes that share locks agree on it. @default 'lockstep' */
  readonly prefix?: string;
  /** How long one question to Redis may take, in ms; never more than a third of `ttlMs`. @default 1000 */
  readonly timeoutMs?: number;
  /** How many acquisitions of this process may be under way; beyond it they reject with ERR_LOCK_UNAVAILABLE. @default 10_000 */
  readonly maxWaiting?: number;
  /** A failure that no caller hears of. @default process.emitWarning */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** Options with their defaults. */
export type CheckedLocksOptions = Required<Omit<LocksOptions, 'client' | 'driver'>> &
  Record<'client', RedisClient | undefined> &
  Record<'driver', LockDriver | undefined>;

/** @throws TypeError or RangeError for what makes no sense. */
export function checkLocksOptions(options: LocksOptions): CheckedLocksOptions {
  const { client, driver, prefix = 'lockstep', timeoutMs = 1000, maxWaiting = 10_000 } = options;
  if ((client === undefined) === (driver === undefined)) throw new TypeError('give either client or driver');
  if (client !== undefined && typeof client.call !== 'function') throw new TypeError('client must be a Redis client');
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/u.test(prefix)) {
    throw new TypeError('prefix must be a text without braces that is not empty');
  }
  checkNumber('timeoutMs', timeoutMs, { min: 1, max: 60_000 });
  checkNumber('maxWaiting', maxWaiting, { min: 1 });
  checkLeaseDefaults(options);
  return {
    client,
    driver,
    prefix,
    timeoutMs,
    maxWaiting,
    ttlMs: options.ttlMs ?? 10_000,
    waitMs: options.waitMs ?? 30_000,
    fair: options.fair ?? true,
    replicas: options.replicas ?? 0,
    lockDelayMs: options.lockDelayMs ?? 0,
    onError: guarded(options.onError ?? warn),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function warn(error: unknown): void {
  process.emitWarning(toError(error));
}

/** It is called where nobody could catch what it throws. */
function guarded(onError: (error: Error) => void): (error: Error) => void {
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      warn(thrown);
    }
  };
}

/** @throws TypeError or RangeError for what makes no sense. */
export function checkLeaseDefaults({ ttlMs, waitMs, replicas, lockDelayMs }: LeaseDefaults): void {
  checkNumber('ttlMs', ttlMs, { min: 50, max: 86_400_000, isInteger: true });
  checkNumber('waitMs', waitMs, { min: 0 });
  checkNumber('replicas', replicas, { min: 0, max: 100, isInteger: true });
  checkNumber('lockDelayMs', lockDelayMs, { min: 0, max: 86_400_000, isInteger: true });
}
