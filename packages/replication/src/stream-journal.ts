import { randomBytes } from 'node:crypto';

import { type Backoff, type Clock, createBackoff, type RedisClient, sleep, withDeadline } from '@lockstep/core';

import { packBlock, packOperation } from './block-codec.ts';
import { MAX_BLOCK_OPERATIONS, PRODUCER_BYTES } from './block-layout.ts';
import type { Journal, JournalOptions, JournalStats } from './journal.ts';
import { type JournalKeys, journalKeys } from './journal-keys.ts';
import { APPEND_BLOCK } from './lua/append-block.ts';
import { OperationQueue } from './operation-queue.ts';
import type { Operation } from './operation.ts';
import { OwnedConnection, redisFailed } from './owned-connection.ts';
import { requirePositiveInteger } from './positive-option.ts';
import { requireRegionName } from './region-name.ts';
import { ReplicationError } from './replication-error.ts';

/** Every option of a journal, and the shard it writes. */
export interface StreamJournalOptions extends Required<JournalOptions> {
  readonly client: RedisClient;
  readonly shard: number;
  readonly clock: Clock;
}

/** A block is closed at this size even when it could take more operations; one larger operation is a block alone. */
const MAX_BLOCK_BYTES = 256 * 1024;
/** How long Redis remembers a producer after its last block, and so how late a copy of a block may come. */
const PRODUCER_MEMORY_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_RETRY_DELAY_MS = 1000;

/** A journal of one shard: at most one block is on its way at any moment, so a copy of a block is always recognised. */
export class StreamJournal implements Journal {
  readonly #options: StreamJournalOptions;
  readonly #keys: JournalKeys;
  readonly #connection: OwnedConnection;
  readonly #queue: OperationQueue;
  readonly #backoff: Backoff = createBackoff({ maxMs: MAX_RETRY_DELAY_MS });
  readonly #stop = new AbortController();
  readonly #producer = randomBytes(PRODUCER_BYTES).toString('hex');
  #sequence = 0;
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #appendedOperations = 0;
  #failedAttempts = 0;
  #lostBlocks = 0;
  #lastError: Error | undefined;

  constructor(options: StreamJournalOptions) {
    requireRegionName('region', options.region);
    requirePositiveInteger('maxQueueBytes', options.maxQueueBytes);
    requirePositiveInteger('timeoutMs', options.timeoutMs);
    requirePositiveInteger('closeTimeoutMs', options.closeTimeoutMs);
    if (requirePositiveInteger('maxBlockOperations', options.maxBlockOperations) > MAX_BLOCK_OPERATIONS) {
      throw new RangeError(
        `maxBlockOperations must be at most ${MAX_BLOCK_OPERATIONS}, got ${options.maxBlockOperations}`,
      );
    }
    this.#options = options;
    this.#keys = journalKeys(options.region, options.shard);
    this.#connection = new OwnedConnection(options);
    this.#queue = new OperationQueue({ ...options, onTimeout: () => notConfirmed(options.timeoutMs, this.#lastError) });
  }

  // Not an async function: under load there is one call for each write, and its frame would be most of what is queued.
  append(operation: Operation): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    let packed: Buffer;
    try {
      packed = packOperation(operation);
    } catch (error) {
      return Promise.reject(error);
    }
    const { maxQueueBytes } = this.#options;
    if (!this.#queue.hasRoomFor(packed, maxQueueBytes)) return Promise.reject(overloaded(maxQueueBytes));
    const appended = this.#queue.push(packed);
    this.#draining ??= this.#drain();
    return appended;
  }

  stats(): JournalStats {
    return {
      queuedOperations: this.#queue.length,
      queuedBytes: this.#queue.bytes,
      appendedOperations: this.#appendedOperations,
      appendedBlocks: this.#sequence,
      failedAttempts: this.#failedAttempts,
      lostBlocks: this.#lostBlocks,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs, clock } = this.#options;
    const drained = this.#draining ?? Promise.resolve();
    try {
      await withDeadline(drained, { ms: closeTimeoutMs, clock, onTimeout: closed });
    } catch {
      // The deadline passed, and whoever waits for what is left hears of it below.
    }
    this.#stop.abort(closed());
    this.#connection.close();
    await drained;
    this.#queue.abandon(closed);
  }

  /** Appends blocks until the queue is empty. Ends early only when the journal stops. */
  async #drain(): Promise<void> {
    // The rest of this turn may bring more operations: they go into the same block.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    while (this.#queue.length > 0) {
      const operations = this.#queue.peek(this.#options.maxBlockOperations, MAX_BLOCK_BYTES);
      const sequence = this.#sequence + 1;
      // Packed once: a copy that is sent again must be the same block, or operations added to it would be taken for
      // a repetition and lost.
      const block = packBlock(this.#producer, sequence, operations);
      if (!(await this.#deliver(block, sequence, operations.length))) break;
      this.#sequence = sequence;
      this.#appendedOperations += operations.length;
      this.#queue.confirm(operations.length);
    }
    this.#draining = undefined;
  }

  /** Sends a block until Redis confirms it. Gives false when the journal stopped first. */
  async #deliver(block: Buffer, sequence: number, count: number): Promise<boolean> {
    const { signal } = this.#stop;
    const { stream, count: countKey, producer } = this.#keys;
    const keys = [stream, producer(this.#producer), countKey];
    const args = [block, sequence, count, PRODUCER_MEMORY_MS];
    while (!signal.aborted) {
      try {
        const before = await this.#connection.run(
          (redis) => APPEND_BLOCK.run(redis, keys, args),
          this.#options.timeoutMs,
        );
        this.#noteLoss(String(before), sequence);
        this.#lastError = undefined;
        this.#backoff.reset();
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        this.#lastError = error instanceof Error ? error : redisFailed(error);
        this.#failedAttempts += 1;
        await sleep(this.#backoff.next(), { signal, clock: this.#options.clock }).catch(() => {});
      }
    }
    return false;
  }

  #noteLoss(before: string, sequence: number): void {
    const known = before === '' ? 0 : Number(before);
    if (known < sequence - 1) this.#lostBlocks += sequence - 1 - known;
  }
}

function notConfirmed(timeoutMs: number, cause: Error | undefined): ReplicationError {
  const message = `Redis has not confirmed the operation within ${timeoutMs} ms; it stays queued and will be appended`;
  return new ReplicationError('ERR_REPLICATION_JOURNAL_TIMEOUT', message, cause === undefined ? {} : { cause });
}

function overloaded(maxQueueBytes: number): ReplicationError {
  const message = `the queue of the journal would exceed ${maxQueueBytes} bytes; the operation was not taken`;
  return new ReplicationError('ERR_REPLICATION_OVERLOADED', message);
}

function closed(): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_CLOSED', 'the journal is closed');
}
