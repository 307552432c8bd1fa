import type { RedisClient } from '@lockstep/core';

import { packedBytes } from '../block/block-codec.ts';
import { unpackOperations } from '../block/block-decoder.ts';
import { MAX_BLOCK_OPERATIONS } from '../block/block-layout.ts';
import { checkOperation } from '../operation/check-operation.ts';
import type { CheckedJournalOptions, Journal, JournalStats } from './journal.ts';
import { worstTier } from './journal-tier.ts';
import { claimLayouts, type JournalLayout, parseLayouts, readLayoutRecord } from '../layout/journal-layout.ts';
import { OPERATION_OVERHEAD_BYTES, type OperationQueue, type QueueMeter } from './operation-queue.ts';
import type { Operation } from '../operation/operation.ts';
import { OwnedConnection } from '../owned-connection.ts';
import { requirePositiveInteger } from '../positive-option.ts';
import { requireRegionName, requireShards } from '../operation/region-name.ts';
import { ReplicationError } from '../replication-error.ts';
import { ShardGeneration } from './shard-generation.ts';
import { journalClosed, type ShardJournal } from './shard-journal.ts';
import { createSyncCheck } from './sync-check.ts';
import { VersionTable, type VersionTableOptions } from '../versions/version-table.ts';

/** What is put back after a loss counts as written while others wrote: longer than any version is kept. */
const EVER_MS = 2 ** 50;
/** A journal that appends reads the record of its layouts this often. */
const CLAIM_MS = 1000;

/** A journal that spreads its keys over shards; all of them share one connection. */
export class ShardedJournal implements Journal {
  readonly #options: CheckedJournalOptions;
  /** Oldest first: a key is written to the first one that has not left its shard. */
  #generations: readonly ShardGeneration[];
  /** Those that have not left all of their shards. */
  #open: readonly ShardGeneration[];
  readonly #connection: OwnedConnection;
  /** What all shards hold, kept up by their queues: summing it up for each write would cost more than packing it. */
  readonly #meter: QueueMeter = { bytes: 0 };
  readonly #versions: VersionTable | undefined;
  /** Passes where Redis is as durable as the options want it. */
  readonly #checkSync: ((redis: RedisClient) => Promise<void>) | undefined;
  /** Whether there ever was an operation of which they are compared: before, blocks need not be looked into. */
  #hasVersions = false;
  #layouts: Promise<readonly JournalLayout[]> | undefined;
  /** The newest layout that was in the record, and the monotonic moment at which that was last read. */
  #newest: JournalLayout;
  #claimedAt = 0;
  #closing: Promise<void> | undefined;

  constructor(options: CheckedJournalOptions) {
    checkOptions(options);
    this.#options = options;
    this.#connection = new OwnedConnection(options);
    const { versions, region, timeoutMs } = options;
    const run: VersionTableOptions['run'] = (command) => this.#connection.run(command, timeoutMs);
    this.#versions = versions === undefined ? undefined : new VersionTable({ ...versions, region, run });
    this.#checkSync = options.durability === 'always' ? createSyncCheck(options.clock) : undefined;
    this.#newest = { base: 0, shards: options.shards };
    this.#generations = [this.#createGeneration(this.#newest)];
    this.#open = this.#generations;
  }

  async start(): Promise<void> {
    const { region, peers, timeoutMs } = this.#options;
    if (peers.length === 0) return;
    const record = await this.#connection.run((redis) => readLayoutRecord(redis, region), timeoutMs);
    if (record !== undefined) {
      const layouts = parseLayouts(record);
      this.#newest = layouts.at(-1) ?? this.#newest;
      this.#learn(layouts);
    }
    await Promise.all(this.#open.flatMap(({ tracker }) => (tracker === undefined ? [] : [tracker.start()])));
  }

  // Not an async function: under load there is one call for each write, and its frame would be most of what is queued.
  append(operation: Operation): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(journalClosed());
    let isVersioned = false;
    try {
      checkOperation(operation);
      isVersioned = this.#versions?.isMeant(operation) === true;
    } catch (error) {
      return Promise.reject(error);
    }
    for (const { tracker } of this.#open) tracker?.wake();
    const { maxQueueBytes } = this.#options;
    const bytes = packedBytes(operation);
    if (this.#meter.bytes + bytes + OPERATION_OVERHEAD_BYTES > maxQueueBytes) {
      return Promise.reject(overloaded(maxQueueBytes));
    }
    if (isVersioned) this.#hasVersions = true;
    return this.#shardFor(operation.key).append(operation, bytes);
  }

  stats(): JournalStats {
    const shards = this.#generations.flatMap((generation) => generation.shards);
    const sum = (read: (shard: ShardJournal) => number): number =>
      shards.reduce((total, shard) => total + read(shard), 0);
    const lastError = shards.find((shard) => shard.lastError !== undefined)?.lastError;
    return {
      queuedOperations: sum(({ queue }) => queue.length),
      queuedBytes: this.#meter.bytes,
      appendedOperations: sum((shard) => shard.appendedOperations),
      appendedBlocks: sum((shard) => shard.appendedBlocks),
      failedAttempts: sum((shard) => shard.failedAttempts),
      restoredBlocks: sum(({ blocks }) => blocks.restoredBlocks),
      lostBlocks: sum(({ blocks }) => blocks.lostBlocks),
      // What a shard was left in says nothing any more.
      tier: worstTier(this.#open.flatMap((generation) => generation.shards).map(({ tier }) => tier)),
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

  async #noteVersions(packed: readonly Buffer[], oldestAt: number | undefined): Promise<void> {
    const table = this.#versions;
    if (table === undefined || !this.#hasVersions) return;
    const meant = packed.flatMap(unpackOperations).filter((operation) => isMeant(table, operation));
    if (meant.length === 0) return;
    const { maxWriteMs, clock } = this.#options;
    const withinMs = oldestAt === undefined ? EVER_MS : maxWriteMs + clock.monotonic() - oldestAt;
    await table.note(meant, Math.ceil(withinMs));
  }

  async #close(): Promise<void> {
    const { clock, closeTimeoutMs } = this.#options;
    const endsAt = clock.monotonic() + closeTimeoutMs;
    // They share a connection: it goes when all of them are done, or have had their time. What is sealed meanwhile moves on.
    await this.#throughAll((shard) => shard.drain(Math.max(1, endsAt - clock.monotonic())));
    this.#connection.close();
    await this.#throughAll((shard) => shard.end());
    for (const { tracker } of this.#generations) tracker?.close();
  }

  /** One generation after the other, also those that are learned of meanwhile. */
  async #throughAll(step: (shard: ShardJournal) => Promise<void>): Promise<void> {
    for (let at = 0; at < this.#generations.length; at += 1)
      await Promise.all((this.#generations[at]?.shards ?? []).map(step));
  }

  #createGeneration(layout: JournalLayout): ShardGeneration {
    const noteVersions = this.#versions && ((packed: readonly Buffer[], at?: number) => this.#noteVersions(packed, at));
    return new ShardGeneration({
      ...this.#options,
      layout,
      connection: this.#connection,
      meter: this.#meter,
      noteVersions,
      // Who waits for it was told long ago that all is well.
      onSealedLoss: (deletes) => deletes.forEach((one) => void this.#route(one).catch(() => {})),
      prepare: (generation) => (redis) => this.#prepare(redis, generation),
      findSuccessor: (generation, index) => this.#findSuccessor(generation, index),
    });
  }

  #shardFor(key: Buffer): ShardJournal {
    for (const generation of this.#open) {
      const shard = generation.shardFor(key);
      if (shard !== undefined) return shard;
    }
    throw new RangeError('no layout is open');
  }

  #route(operation: Operation, at?: number): Promise<void> {
    return this.#shardFor(operation.key).append(operation, packedBytes(operation), at);
  }

  /**
   * Whether a layout is one of the journal's. What is known is used, and the record read again beside that: Redis may
   * have lost it, and somebody else may have begun a journal of other shards.
   */
  async #prepare(redis: RedisClient, { layout }: ShardGeneration): Promise<boolean> {
    await this.#checkSync?.(redis);
    if (this.#layouts === undefined) this.#layouts = this.#claim(redis);
    else if (this.#options.clock.monotonic() - this.#claimedAt >= CLAIM_MS) void this.#claimAgain();
    const layouts = await this.#layouts;
    return layouts.some((one) => isSame(one, layout));
  }

  async #claimAgain(): Promise<void> {
    const before = this.#layouts;
    try {
      const layouts = await this.#connection.run((redis) => this.#claim(redis), this.#options.timeoutMs);
      // It may have been read once more meanwhile.
      if (this.#layouts === before) this.#layouts = Promise.resolve(layouts);
    } catch {
      // The next attempt reads it then, and has what is wrong.
      this.#layouts = undefined;
    }
  }

  /** Reads the record. A failure is not remembered. */
  async #claim(redis: RedisClient): Promise<readonly JournalLayout[]> {
    const { region, shards, clock } = this.#options;
    this.#claimedAt = clock.monotonic();
    try {
      const layouts = await claimLayouts(redis, region, shards, this.#newest);
      this.#newest = layouts.at(-1) ?? this.#newest;
      return layouts;
    } catch (error) {
      this.#layouts = undefined;
      throw error;
    }
  }

  async #findSuccessor(
    generation: ShardGeneration,
    index: number,
  ): Promise<(queue: Pick<OperationQueue, 'moveTo'>) => void> {
    const { region, timeoutMs } = this.#options;
    const layouts = await this.#connection.run((redis) => this.#claim(redis), timeoutMs);
    this.#layouts = Promise.resolve(layouts);
    this.#learn(layouts);
    if (this.#generations.at(-1) === generation) {
      const message = `a shard of the journal of ${region} is sealed, and the record has no other layout`;
      throw new ReplicationError('ERR_REPLICATION_SHARDS', message);
    }
    return (queue) => {
      generation.leave(index);
      this.#open = this.#generations.filter((one) => !one.isOver);
      queue.moveTo((operation, at) => this.#route(operation, at));
    };
  }

  #learn(layouts: readonly JournalLayout[]): void {
    for (const layout of layouts) {
      if (this.#generations.some((one) => isSame(one.layout, layout))) continue;
      const generation = this.#createGeneration(layout);
      generation.tracker?.wake();
      // A generation of the option, and not of the record, comes before all of them.
      this.#generations = [...this.#generations, generation];
    }
    // What is not in the record any more is sealed as a whole.
    for (const generation of this.#generations)
      if (!layouts.some((one) => isSame(one, generation.layout))) generation.leaveIdle();
    this.#open = this.#generations.filter((one) => !one.isOver);
  }
}

function isSame(one: JournalLayout, other: JournalLayout): boolean {
  return one.base === other.base && one.shards === other.shards;
}

/** It was asked before the operation was taken. Where it fails now, noting the version costs a miss at most, and the block goes on. */
function isMeant(table: VersionTable, operation: Operation): boolean {
  try {
    return table.isMeant(operation);
  } catch {
    return true;
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
  if (!['redis', 'always'].includes(options.durability)) {
    throw new RangeError(`durability must be redis or always, got ${options.durability}`);
  }
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
