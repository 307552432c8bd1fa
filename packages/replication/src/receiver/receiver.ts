import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import type { Applier } from './applier.ts';
import type { Batch } from '../transport/batch.ts';
import type { ConflictOptions } from '../conflicts/conflict-finder.ts';
import { LaneReceiver } from './lane-receiver.ts';
import type { Operation } from '../operation/operation.ts';
import type { PackedWrites } from '../operation/packed-writes.ts';
import type { SecondDeleteOptions } from '../conflicts/second-deletes.ts';
import type { StreamId } from '../operation/stream-id.ts';
import type { LanePosition } from '../transport/transport.ts';
import type { VersionOptions } from '../versions/version-options.ts';

/** What a receiver needs. */
export interface ReceiverOptions {
  /** Yours; the Redis of the receiver's own region, where its cursors are kept. */
  readonly client: RedisClient;
  /** The region that the receiver writes to. */
  readonly region: string;
  /** Where operations go. */
  readonly applier: Applier;
  /** How long the applier may take for one batch, and how long a batch waits for the one before it. @default 5000 */
  readonly applyTimeoutMs?: number;
  /** How long one answer of Redis may take. @default 2000 */
  readonly timeoutMs?: number;
  /** How long a batch waits for the one that it follows, when they came in another order. @default 1500 */
  readonly turnTimeoutMs?: number;
  /** How long a lane stays taken when the process that applied a batch of it has died. @default 3000 */
  readonly leaseMs?: number;
  /** Bytes of batches that may wait or be applied at once; more are sent away. @default 67108864 */
  readonly maxWaitingBytes?: number;
  /**
   * Called with what was applied, one operation per key, before the batch is confirmed; twice where part of a batch
   * stayed packed and there is no `onAppliedPacked`. When it rejects, or takes longer than `applyTimeoutMs`, the batch
   * fails and comes again.
   */
  readonly onApplied?: (operations: readonly Operation[]) => Promise<void> | void;
  /**
   * As `onApplied`, with what was applied in packed form, where no operation had to be looked at by itself.
   * @default they are unpacked for `onApplied`
   */
  readonly onAppliedPacked?: (writes: PackedWrites) => Promise<void> | void;
  /** As `onApplied`, with the prefixes of what the applier has cleared. */
  readonly onCleared?: (prefixes: readonly Buffer[]) => Promise<void> | void;
  /**
   * How long the applier may take to clear. The shard waits for it, whoever sent the batch; its cursor moves when all
   * is gone. @default 600000
   */
  readonly clearTimeoutMs?: number;
  /** Deletes that are carried out once more after a time. @default none */
  readonly secondDelete?: SecondDeleteOptions;
  /**
   * Deletes what two regions wrote without knowing of each other's write; see `peers` of a journal. @default the one
   * that arrives last stays
   */
  readonly conflicts?: ConflictOptions;
  /**
   * Compares the versions that operations have with those of what is stored here, of which a journal with `versions`
   * notes this region's own. Operations of these keys are no `conflicts`. @default versions are not compared
   */
  readonly versions?: VersionOptions;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Options with the defaults filled in. */
export type CheckedReceiverOptions = Required<Omit<ReceiverOptions, OptionalPart>> &
  Pick<ReceiverOptions, OptionalPart>;

type OptionalPart = 'secondDelete' | 'conflicts' | 'versions' | 'onAppliedPacked';

/** What became of a batch. */
export type ReceiveResult =
  /** Applied now; the cursor is the batch's `last`. */
  | { readonly kind: 'applied'; readonly cursor: StreamId }
  /** Applied before; nothing was done. */
  | { readonly kind: 'duplicate'; readonly cursor: StreamId }
  /** Not confirmed: the batch does not follow `cursor`, or is shorter than one that was begun there before. */
  | ({ readonly kind: 'gap' } & LanePosition);

/** What a receiver has done since it was made. */
export interface ReceiverStats {
  readonly appliedBatches: number;
  /** Operations as they came, before those overtaken by a later one of the same key were left out. */
  readonly receivedOperations: number;
  /** Operations that the applier carried out. */
  readonly appliedOperations: number;
  readonly duplicates: number;
  readonly gaps: number;
  /** Batches that failed in the applier, in `onApplied` or in Redis. */
  readonly failures: number;
  /**
   * Batches during which another process took the lane over, or may have, as Redis did not say; the keys they had
   * written were deleted.
   */
  readonly takeovers: number;
  /** Prefixes of which all keys were dropped, because a journal had run out of room. */
  readonly clears: number;
  /** Operations that were concurrent with one of this region; their keys were deleted. */
  readonly conflicts: number;
  /** Stores that became deletes, because it could not be known whether they were concurrent. */
  readonly unknownConflicts: number;
  /** Operations that were left, as the same version of their row or a newer one was known here. */
  readonly olderVersions: number;
  /** Stores that became deletes, because the version of what was stored here was not known. */
  readonly unknownVersions: number;
  /** Keys that this process deleted because this region and another had written them at the same time. */
  readonly suspects: number;
  /** Keys that this process deleted once more. */
  readonly secondDeletes: number;
  /** Operations that could not be carried out; their keys were deleted, and they are among the dead letters. */
  readonly deadLetters: number;
}

/** Applies the batches of other regions, in order, and keeps the cursor of each source and shard. */
export interface Receiver extends AsyncDisposable {
  /** Begins with second deletes that are due already. The first batch does so as well. Doing it twice does nothing. */
  start(): void;
  /**
   * Where it stands with a source, `0-0` when it has applied nothing of it.
   *
   * @throws ReplicationError `ERR_REPLICATION_REDIS`, `ERR_REPLICATION_LOOP`, `ERR_REPLICATION_BAD_BATCH`.
   */
  cursor(source: string, shard: number): Promise<StreamId>;
  /** As `cursor`, and how far a batch reached that was begun there and not committed. */
  position(source: string, shard: number): Promise<LanePosition>;
  /**
   * Applies a batch when it follows the cursor, and moves the cursor to its end. Batches of one
   * source and shard are taken one after the other. When it throws the cursor has not moved, except
   * that with `ERR_REPLICATION_REDIS` it may have, after the batch was applied.
   *
   * @throws ReplicationError `ERR_REPLICATION_BAD_BATCH`, `ERR_REPLICATION_BAD_BLOCK`, `ERR_REPLICATION_LOOP` for
   * a batch that is refused before anything is applied; `ERR_REPLICATION_APPLY_FAILED`, `ERR_REPLICATION_REDIS`,
   * `ERR_REPLICATION_BUSY`, `ERR_REPLICATION_CLOSED` for one that must be sent again.
   */
  receive(batch: Batch): Promise<ReceiveResult>;
  /** A snapshot of the counters. */
  stats(): ReceiverStats;
  /** Takes no more batches and waits for those in work, at most as long as one may take. */
  close(): Promise<void>;
}

/** Wires a receiver; it does nothing until it is asked. @throws RangeError for an option out of bounds. */
export function createReceiver(options: ReceiverOptions): Receiver {
  return new LaneReceiver({
    onApplied: () => {},
    onCleared: () => {},
    clearTimeoutMs: 600_000,
    applyTimeoutMs: 5000,
    timeoutMs: 2000,
    turnTimeoutMs: 1500,
    leaseMs: 3000,
    maxWaitingBytes: 64 * 1024 * 1024,
    clock: systemClock,
    ...options,
  });
}
