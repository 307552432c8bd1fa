import type { RedisClient } from '@lockstep/core';

import { packOperation } from './block-codec.ts';
import { MAX_BLOCK_OPERATIONS } from './block-layout.ts';
import { claimShards } from './claim-shards.ts';
import type { Journal, JournalOptions, JournalStats } from './journal.ts';
import { journalKeys } from './journal-keys.ts';
import { JOURNAL_TIERS, type JournalTier } from './journal-tier.ts';
import { OPERATION_OVERHEAD_BYTES } from './operation-queue.ts';
import type { Operation } from './operation.ts';
import { OwnedConnection } from './owned-connection.ts';
import { requirePositiveInteger } from './positive-option.ts';
import { requireRegionName, requireShards } from './region-name.ts';
import { ReplicationError } from './replication-error.ts';
import { journalClosed, ShardJournal } from './shard-journal.ts';
import { shardOf } from './shard-of.ts';

/** A journal that spreads its keys over shards; all of them share one connection. */
export class ShardedJournal implements Journal {
  readonly #options: Required<JournalOptions>;
  readonly #shards: readonly ShardJournal[];
  readonly #connection: OwnedConnection;
  #claim: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: Required<JournalOptions>) {
    checkOptions(options);
    this.#options = options;
    this.#connection = new OwnedConnection(options);
    const { shards, maxStreamBytes, maxDirtyKeys, maxRecentBytes } = options;
    this.#shards = Array.from(
      { length: shards },
      (_, shard) =>
        new ShardJournal({
          ...options,
          keys: journalKeys(options.region, shard),
          connection: this.#connection,
          maxStreamBytes: Math.ceil(maxStreamBytes / shards),
          maxDirtyKeys: Math.ceil(maxDirtyKeys / shards),
          maxRecentBytes: Math.ceil(maxRecentBytes / shards),
          prepare: (redis) => this.#prepare(redis),
        }),
    );
  }

  // Not an async function: under load there is one call for each write, and its frame would be most of what is queued.
  append(operation: Operation): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(journalClosed());
    let packed: Buffer;
    try {
      packed = packOperation(operation);
    } catch (error) {
      return Promise.reject(error);
    }
    const { maxQueueBytes, shards } = this.#options;
    if (this.#queuedBytes() + packed.length + OPERATION_OVERHEAD_BYTES > maxQueueBytes) {
      return Promise.reject(overloaded(maxQueueBytes));
    }
    return (this.#shards[shardOf(operation.key, shards)] as ShardJournal).append(packed);
  }

  stats(): JournalStats {
    const sum = (read: (shard: ShardJournal) => number): number =>
      this.#shards.reduce((total, shard) => total + read(shard), 0);
    const lastError = this.#shards.find((shard) => shard.lastError !== undefined)?.lastError;
    return {
      queuedOperations: sum(({ queue }) => queue.length),
      queuedBytes: this.#queuedBytes(),
      appendedOperations: sum((shard) => shard.appendedOperations),
      appendedBlocks: sum((shard) => shard.appendedBlocks),
      failedAttempts: sum((shard) => shard.failedAttempts),
      restoredBlocks: sum(({ blocks }) => blocks.restoredBlocks),
      lostBlocks: sum(({ blocks }) => blocks.lostBlocks),
      tier: worst(this.#shards.map(({ tier }) => tier)),
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
    this.#connection.close();
    await Promise.all(this.#shards.map((shard) => shard.end()));
  }

  #queuedBytes(): number {
    let bytes = 0;
    for (const { queue } of this.#shards) bytes += queue.bytes;
    return bytes;
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

function checkOptions(options: Required<JournalOptions>): void {
  requireRegionName('region', options.region);
  requireShards('shards', options.shards);
  const bounds = [
    'maxQueueBytes',
    'maxStreamBytes',
    'maxDirtyKeys',
    'maxRecentBytes',
    'timeoutMs',
    'closeTimeoutMs',
  ] as const;
  for (const name of bounds) requirePositiveInteger(name, options[name]);
  if (requirePositiveInteger('maxBlockOperations', options.maxBlockOperations) > MAX_BLOCK_OPERATIONS) {
    throw new RangeError(
      `maxBlockOperations must be at most ${MAX_BLOCK_OPERATIONS}, got ${options.maxBlockOperations}`,
    );
  }
}

function worst(tiers: readonly JournalTier[]): JournalTier {
  return JOURNAL_TIERS[Math.max(...tiers.map((tier) => JOURNAL_TIERS.indexOf(tier)))] ?? 'log';
}

function overloaded(maxQueueBytes: number): ReplicationError {
  const message = `the queue of the journal would exceed ${maxQueueBytes} bytes; the operation was not taken`;
  return new ReplicationError('ERR_REPLICATION_OVERLOADED', message);
}
