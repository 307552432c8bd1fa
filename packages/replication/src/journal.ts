import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import { StreamJournal } from './stream-journal.ts';
import type { Operation } from './operation.ts';

/** What a journal needs, and how much it may hold back. */
export interface JournalOptions {
  /** Yours; the journal asks it for one duplicate connection and closes only that. */
  readonly client: RedisClient;
  /** Name of the region whose writes these are: 1 to 64 letters, digits, `.`, `_`, `-`. */
  readonly region: string;
  /** Most operations packed into one stream entry. @default 100 */
  readonly maxBlockOperations?: number;
  /**
   * Bytes of memory that operations may take while they wait for Redis: their packed size and 512 each.
   * @default 16777216
   */
  readonly maxQueueBytes?: number;
  /** How long `append` waits for Redis, and how long one attempt to append may take. @default 2000 */
  readonly timeoutMs?: number;
  /** How long `close` waits for the queue to drain. @default 5000 */
  readonly closeTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

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
  /** Blocks that Redis had confirmed and no longer knew when the next one came: it lost the tail of its log. */
  readonly lostBlocks: number;
  /** Why the latest attempt failed; absent when it did not. */
  readonly lastError?: Error;
}

/** The writes of one region, in order, in a Redis stream. */
export interface Journal extends AsyncDisposable {
  /**
   * Appends one operation after all that were appended before it. It is copied: its buffers are free again at once.
   *
   * Resolves when it is in the stream. Operations of one turn of the event loop, and those that come
   * while a block is on its way, travel together.
   *
   * @throws ReplicationError `ERR_REPLICATION_JOURNAL_TIMEOUT` when Redis has not confirmed it in time. It is not
   * lost: it keeps its place and will be appended when Redis is back.
   * @throws ReplicationError `ERR_REPLICATION_OVERLOADED` at once when `maxQueueBytes` is reached, and
   * `ERR_REPLICATION_BAD_OPERATION` or `ERR_REPLICATION_CLOSED`; it was not taken then.
   */
  append(operation: Operation): Promise<void>;
  /** A snapshot of the counters. */
  stats(): JournalStats;
  /**
   * Takes no more operations, waits up to `closeTimeoutMs` for the queue to drain and drops what is
   * left, whose callers get `ERR_REPLICATION_CLOSED`.
   */
  close(): Promise<void>;
}

/**
 * Wires a journal. It connects with the first operation.
 *
 * @throws RangeError for an option out of bounds.
 */
export function createJournal(options: JournalOptions): Journal {
  return new StreamJournal({
    client: options.client,
    region: options.region,
    shard: 0,
    maxBlockOperations: options.maxBlockOperations ?? 100,
    maxQueueBytes: options.maxQueueBytes ?? 16 * 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 2000,
    closeTimeoutMs: options.closeTimeoutMs ?? 5000,
    clock: options.clock ?? systemClock,
  });
}
