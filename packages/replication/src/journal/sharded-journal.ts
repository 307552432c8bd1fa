import type { RedisClient } from '@lockstep/core';

import { packedBytes } from '../block/block-codec.ts';
import { MAX_BLOCK_OPERATIONS } from '../block/block-layout.ts';
import { checkOperation } from '../operation/check-operation.ts';
import { claimShards } from './claim-shards.ts';
import type { CheckedJournalOptions, Journal, JournalStats } from './journal.ts';
import { journalKeys } from './journal-keys.ts';
import { worstTier } from './journal-tier.ts';
import { OPERATION_OVERHEAD_BYTES, type QueueMeter } from './operation-queue.ts';
import type { Operation } from '../operation/operation.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { journalClosed, ShardJournal } from './shard-journal.ts';
import { SeenTracker } from '../conflicts/seen-tracker.ts';
import { shardOf } from '../operation/shard-of.ts';

/** A journal that spreads its keys over shards; all of them share one connection. */
export class ShardedJournal implements Journal {
  readonly #options: CheckedJournalOptions;
  readonly #shards: readonly ShardJournal[];
  readonly #connection: OwnedConnection;
  /** What all shards hold, kept up by their queues: summing it up for each write would cost more than packing it. */
  readonly #meter: QueueMeter = { bytes: 0 };
  readonly #tracker: SeenTracker | undefined;
  #claim: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedJournalOptions) {
    checkOptions(options);
    this.#options = options;
    this.#connection = new OwnedConnection(options);
    const { shards, maxStreamBytes, maxDirtyBytes, maxRecentBytes } = options;
    const tracker =
      options.peers.length === 0 ? undefined : new SeenTracker({ ...options, connection: this.#connection });
    this.#tracker = tracker;
    this.#shards = Array.from(
      { length: shards },
      (_, shard) =>
        new ShardJournal({
          ...options,
          keys: journalKeys(options.region, shard),
          connection: this.#connection,
          meter: this.#meter,
          maxStreamBytes: Math.ceil(maxStreamBytes / shards),
          maxDirtyBytes: Math.ceil(maxDirtyBytes / shards),
          maxRecentBytes: Math.ceil(maxRecentBytes / shards),
          seenBy: tracker === undefined ? undefined : (moment) => tracker.seenBy(shard, moment),
          prepare: (redis) => this.#prepare(redis),
        }),
    );
  }

  async start(): Promise<void> {
    await this.#tracker?.start();
  }

  // Not an async function: under load there is one call for each write, and its frame would be most of what is queued.
  append(operation: Operation): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(journalClosed());
    try {
      checkOperation(operation);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#tracker?.wake();
    const { maxQueueBytes, shards } = this.#options;
    const bytes = packedBytes(operation);
    if (this.#meter.bytes + bytes + OPERATION_OVERHEAD_BYTES > maxQueueBytes) {
      return Promise.reject(overloaded(maxQueueBytes));
    }
    return (this.#shards[shardOf(operation.key, shards)] as ShardJournal).append(operation, bytes);
  }

  stats(): JournalStats {
    const sum = (read: (shard: ShardJournal) => number): number =>
      this.#shards.reduce((total, shard) => total + read(shard), 0);
    const lastError = this.#shards.find((shard) => shard.lastError !== undefined)?.lastError;
    return {
      queuedOperations: sum(({ queue }) => queue.length),
      queuedBytes: this.#meter.bytes,
      appendedOperations: sum((shard) => shard.appendedOperations),
      appendedBlocks: sum((shard) => shard.appendedBlocks),
      failedAttempts: sum((shard) => shard.failedAttempts),
      restoredBlocks: sum(({ blocks }) => blocks.restoredBlocks),
      lostBlocks: sum(({ blocks }) => blocks.lostBlocks),
      tier: worstTier(this.#shards.map(({ tier }) => tier)),
      ...(lastError === undefined ? {} : { lastError }),
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
    // They share a connection: it goes when all of them are done, or have had their time.
    await Promise.all(this.#shards.map((shard) => shard.drain()));
    this.#tracker?.close();
    this.#connection.close();
    await Promise.all(this.#shards.map((shard) => shard.end()));
  }

  /** Once for each journal; a failure is not remembered. */
  #prepare(redis: RedisClient): Promise<void> {
    this.#claim ??= claimShards(redis, this.#options.region, this.#options.shards).catch((error: unknown) => {
      this.#claim = undefined;
      throw error;
    });
    return this.#claim;
  }
}

function checkOptions(options: CheckedJournalOptions): void {
  requireRegionName('region', options.region);
  requireShards('shards', options.shards);
  const bounds = [
    'maxQueueBytes',
    'maxStreamBytes',
    'maxDirtyBytes',
    'maxRecentBytes',
    'timeoutMs',
    'closeTimeoutMs',
    'maxWriteMs',
  ] as const;
  for (const name of bounds) requirePositiveInteger(name, options[name]);
  for (const peer of options.peers) requireRegionName('peers[]', peer);
  if (requirePositiveInteger('maxBlockOperations', options.maxBlockOperations) > MAX_BLOCK_OPERATIONS) {
    throw new RangeError(
      `maxBlockOperations must be at most ${MAX_BLOCK_OPERATIONS}, got ${options.maxBlockOperations}`,
    );
  }
}

function overloaded(maxQueueBytes: number): ReplicationError {
  const message = `the queue of the journal would exceed ${maxQueueBytes} bytes; the operation was not taken`;
  return new ReplicationError('ERR_REPLICATION_OVERLOADED', message);
}
