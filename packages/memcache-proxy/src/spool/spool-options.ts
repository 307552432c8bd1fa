import { checkPositive } from '../check-positive.ts';
import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import type { DeleteTarget } from './apply-deletes.ts';
import { type SpoolKeys, spoolKeys } from './spool-keys.ts';

/** What a spool is made of. */
export interface SpoolOptions {
  /** You own it; the spool makes its own connection by `duplicate()`. It should not evict: `maxmemory-policy noeviction`. */
  readonly client: RedisClient;
  /** Names the spool, such as the region; the stream is `{lockstep:<namespace>}:spool`. 1 to 64 letters, digits, `.`, `_`, `-`. */
  readonly namespace: string;
  /**
   * Where entries go while Redis is away. May be shared by all processes of a machine: each makes a directory of its
   * own there, and takes over those of processes that have ended. Not on a network file system.
   */
  readonly directory: string;
  /** Who carries the deletes out: see `createPoolDeletes`. */
  readonly target: DeleteTarget;
  /** What a command of Redis may take, in milliseconds; then the disk is used. @default 500 */
  readonly redisTimeoutMs?: number;
  /** What a commit to the disk may take, in milliseconds; then the entries are refused, and may be kept all the same. @default 1500 */
  readonly diskTimeoutMs?: number;
  /** Entries that Redis may have; what does not fit goes to the disk. @default 1000000 */
  readonly maxRedisEntries?: number;
  /** What all segments of this process may take; what does not fit is refused. @default 67108864 */
  readonly maxDiskBytes?: number;
  /** What one segment may take. @default 1048576 */
  readonly segmentBytes?: number;
  /** Entries that may wait for the next commit. @default 10000 */
  readonly maxWaiting?: number;
  /** Milliseconds between two looks for entries of other processes. @default 1000 */
  readonly intervalMs?: number;
  /** Upper bound of the delay before a node is tried again, in milliseconds. @default 5000 */
  readonly maxRetryMs?: number;
  /** What the deletes of one node may take, in milliseconds. @default 10000 */
  readonly applyTimeoutMs?: number;
  /** After how many milliseconds another process replays when this one is gone. @default 15000 */
  readonly leaseMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
}

/** The options with their defaults. */
export type SpoolSettings = Required<Omit<SpoolOptions, 'namespace'>> & { readonly keys: SpoolKeys };

/** @throws RangeError or TypeError naming the option that makes no sense. */
export function resolveSpoolOptions({ namespace, ...options }: SpoolOptions): SpoolSettings {
  const numbers = {
    redisTimeoutMs: options.redisTimeoutMs ?? 500,
    diskTimeoutMs: options.diskTimeoutMs ?? 1500,
    maxRedisEntries: options.maxRedisEntries ?? 1_000_000,
    maxDiskBytes: options.maxDiskBytes ?? 67_108_864,
    segmentBytes: options.segmentBytes ?? 1_048_576,
    maxWaiting: options.maxWaiting ?? 10_000,
    intervalMs: options.intervalMs ?? 1000,
    maxRetryMs: options.maxRetryMs ?? 5000,
    applyTimeoutMs: options.applyTimeoutMs ?? 10_000,
    leaseMs: options.leaseMs ?? 15_000,
  };
  checkPositive(numbers);
  if (options.directory === '') throw new RangeError('directory must not be empty');
  const { clock = systemClock, random = Math.random } = options;
  return { ...options, ...numbers, clock, random, keys: spoolKeys(namespace) };
}
