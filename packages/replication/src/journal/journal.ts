import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { DEFAULT_SHARDS } from '../layout/journal-layout.ts';
import type { JournalTier } from './journal-tier.ts';
import type { Operation } from '../operation/operation.ts';
import type { VersionOptions } from '../versions/version-options.ts';
import { ShardedJournal } from './sharded-journal.ts';

/** What a journal needs, and how much it may hold back. */
export interface JournalOptions {
  /** Yours; the journal asks it for one duplicate connection and closes only that. */
  readonly client: RedisClient;
  /** Name of the region whose writes these are: 1 to 64 letters, digits, `.`, `_`, `-`. */
  readonly region: string;
  /**
   * Streams that the keys are spread over, on different nodes of a Redis Cluster. Every journal and shipper of the
   * region must have the same number; it is written down with the first operation. After a change, see
   * `reshardJournal`, what is written down counts. @default 16
   */
  readonly shards?: number;
  /** Most operations packed into one stream entry. @default 100 */
  readonly maxBlockOperations?: number;
  /**
   * Bytes of memory that operations may take while they wait for Redis: their packed size and 720 each.
   * @default 16777216
   */
  readonly maxQueueBytes?: number;
  /**
   * Bytes that the journal may hold in Redis for receivers that have not confirmed them, an equal part for each
   * shard. Above half of it stores travel as deletes; at the bound only the keys are noted. @default 268435456
   */
  readonly maxStreamBytes?: number;
  /**
   * Bytes that the keys may take in Redis that are noted where the streams are full: their length and 64 each; an
   * equal part for each shard. @default 134217728
   */
  readonly maxDirtyBytes?: number;
  /**
   * The prefix of the class of a key. With it, a class is noted where its keys do not fit among the noted ones, and
   * the receivers clear all keys that begin so when there is room again; an empty prefix stands for all keys, as does
   * what is no prefix of the key, and a call that throws, which `stats().lastError` has then.
   * @default none: such writes are refused
   */
  readonly classOf?: (key: Uint8Array) => string | Uint8Array;
  /**
   * Bytes of memory for blocks that Redis confirmed a moment ago, to put them back should it lose them; an equal
   * part for each shard. @default 33554432
   */
  readonly maxRecentBytes?: number;
  /**
   * Other regions that store the same keys as this one. With them each block says how far this region had applied
   * their journals, by which their receivers find writes that are concurrent with their own; see `conflicts` of a
   * receiver. `client` must be the Redis in which this region's receivers keep their cursors. @default []
   */
  readonly peers?: readonly string[];
  /**
   * Notes the versions of this region's writes, so that an older one of another region does not overwrite them; see
   * `versions` of a receiver, which must have the same. Write the cache first, and append then. `client` must be the
   * Redis of this region's receivers. @default they travel, and are not noted
   */
  readonly versions?: VersionOptions;
  /** The longest time from the beginning of a write until its `append`; only used with `peers` or `versions`. @default 5000 */
  readonly maxWriteMs?: number;
  /**
   * When an operation counts as appended. `redis`: when Redis has answered, whose settings say what that is worth.
   * `always`: when a Redis has answered that syncs each write before it does, a block of operations at once. Redis is asked
   * for its settings on each connection and every second; while they are others, or CONFIG GET is forbidden, nothing is
   * appended, and `append` rejects after `timeoutMs`, with `ERR_REPLICATION_DURABILITY` as the cause. @default 'redis'
   */
  readonly durability?: 'redis' | 'always';
  /** How long `append` waits for Redis, and how long one attempt to append may take. @default 2000 */
  readonly timeoutMs?: number;
  /** How long `close` waits for the queue to drain. @default 5000 */
  readonly closeTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Options with the defaults filled in. */
export type CheckedJournalOptions = Required<Omit<JournalOptions, 'classOf' | 'versions'>> &
  Pick<JournalOptions, 'classOf' | 'versions'>;

/** What a journal has done and what it still holds. */
export interface JournalStats {
  /** Operations that are not in the stream yet. */
  readonly queuedOperations: number;
  /** The memory they take, as `maxQueueBytes` counts it. */
  readonly queuedBytes: number;
  readonly appendedOperations: number;
  readonly appendedBlocks: number;
  /** Attempts to append that failed and were made again. */
  readonly failedAttempts: number;
  /** The tier of the shard that is worst off, as of its last block. */
  readonly tier: JournalTier;
  /** Blocks that Redis had confirmed and lost with the tail of its log, and that were put back as deletes. */
  readonly restoredBlocks: number;
  /** Blocks that Redis had confirmed and lost, and that were no longer at hand. */
  readonly lostBlocks: number;
  /** Why the latest attempt failed, or `classOf` did; absent when they did not. */
  readonly lastError?: Error;
}

/** The writes of one region, in order, in a Redis stream. */
export interface Journal extends AsyncDisposable {
  /**
   * With `peers`, learns how far this region has applied their journals. Let it resolve before the first write: what
   * is appended earlier counts as concurrent with all that the peers wrote. Without `peers` it does nothing.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS`.
   */
  start(): Promise<void>;
  /**
   * Appends one operation after all that were appended before it. It is copied: its buffers are free again at once.
   *
   * Resolves when it is in the stream, and says nothing of others. Operations of one turn of the event loop, and those that come
   * while a block is on its way, travel together.
   *
   * @throws ReplicationError `ERR_REPLICATION_JOURNAL_TIMEOUT` when Redis has not confirmed it in time. It is not
   * lost: it keeps its place and will be appended when Redis is back.
   * @throws ReplicationError `ERR_REPLICATION_OVERLOADED` at once when `maxQueueBytes` is reached, and
   * `ERR_REPLICATION_BAD_OPERATION`, or `ERR_REPLICATION_CLOSED` after `close`; it was not taken then. So it is with
   * whatever `versions.isFor` throws for it.
   * @throws ReplicationError `ERR_REPLICATION_CLOSED` when it still waited at the end of `close`: Redis may have it,
   * and only its answer did not come in time.
   */
  append(operation: Operation): Promise<void>;
  /** A snapshot of the counters. */
  stats(): JournalStats;
  /**
   * Takes no more operations, waits up to `closeTimeoutMs` for the queue to drain and drops what is
   * left, whose callers get `ERR_REPLICATION_CLOSED`: of some of it Redis may have taken note.
   */
  close(): Promise<void>;
}

/**
 * Wires a journal. It connects with the first operation.
 *
 * @throws RangeError for an option out of bounds.
 */
export function createJournal(options: JournalOptions): Journal {
  return new ShardedJournal({
    shards: DEFAULT_SHARDS,
    maxBlockOperations: 100,
    maxQueueBytes: 16 * 1024 * 1024,
    maxStreamBytes: 256 * 1024 * 1024,
    maxDirtyBytes: 128 * 1024 * 1024,
    maxRecentBytes: 32 * 1024 * 1024,
    peers: [],
    maxWriteMs: 5000,
    durability: 'redis',
    timeoutMs: 2000,
    closeTimeoutMs: 5000,
    clock: systemClock,
    ...options,
  });
}
