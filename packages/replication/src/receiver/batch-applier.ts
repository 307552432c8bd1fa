import { type Clock, describeError, type RedisClient, withDeadline } from '@lockstep/core';

import type { Applier } from './applier.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { DeadLetters } from './dead-letters.ts';
import { findPoison, type Poison } from './find-poison.ts';
import type { Hold } from './lane.ts';
import type { Operation } from '../operation/operation.ts';
import { type PackedWrites, unpackWrites } from '../operation/packed-writes.ts';
import type { ReceiverStats } from './receiver.ts';
import { type SecondDeleteOptions, SecondDeletes } from '../conflicts/second-deletes.ts';
import { ReplicationError } from '../replication-error.ts';
import type { StreamId } from '../operation/stream-id.ts';

/** What it needs. */
export interface BatchApplierOptions {
  readonly applier: Applier;
  readonly applyTimeoutMs: number;
  readonly clearTimeoutMs: number;
  readonly onApplied: (operations: readonly Operation[]) => Promise<void> | void;
  readonly onAppliedPacked?: ((writes: PackedWrites) => Promise<void> | void) | undefined;
  readonly onCleared: (prefixes: readonly Buffer[]) => Promise<void> | void;
  readonly deadLetters: DeadLetters;
  readonly secondDelete?: SecondDeleteOptions | undefined;
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Where a batch comes from and begins. */
export interface BatchPlace {
  readonly source: string;
  readonly shard: number;
  readonly prev: StreamId;
}

/** What is to be carried out of a batch. Of `packed` and `operations`, no key is in both. */
export interface BatchWork extends Pick<BatchPlan, 'clears' | 'operations'> {
  readonly packed?: PackedWrites | undefined;
}

/** What is carried out in one way. */
interface Part {
  carryOut(): Promise<void>;
  unpack(): readonly Operation[];
  /** Notes the deletes that are to be carried out once more. */
  note(): Promise<void>;
  tell(): Promise<void>;
}

/** A batch is taken apart each time that it has failed so often again: something in it may be the reason. */
const TAKE_APART_EVERY = 3;

/** Hands the operations of a batch to the applier and tells who wants to know, each within its deadline. */
export class BatchApplier {
  readonly #options: BatchApplierOptions;
  /** How often the batch that begins at an id has failed, for each lane. */
  readonly #failures = new Map<string, { readonly prev: StreamId; readonly count: number }>();
  #appliedOperations = 0;
  #deadLetters = 0;
  #clears = 0;
  readonly #second: SecondDeletes | undefined;

  constructor(options: BatchApplierOptions) {
    this.#options = options;
    const { applier, secondDelete } = options;
    if (secondDelete === undefined) return;
    this.#second = new SecondDeletes({
      ...options,
      ...secondDelete,
      carryOut: async (deletes) => {
        // A lane is not held by these: a delete does no harm, whenever it comes.
        await this.#carryOut(deletes, (work) => work);
        await this.#tell(deletes, (work) => work);
      },
      carryOutPacked: async (deletes) => {
        await this.#carryOutPacked(deletes, (work) => work);
        await this.#tellPacked(deletes, (work) => work);
      },
      isRefusal: (error) => applier.isRefusal?.(error) === true,
    });
  }

  start(): void {
    this.#second?.start();
  }

  async close(): Promise<void> {
    await this.#second?.close();
  }

  counts(): Pick<ReceiverStats, 'appliedOperations' | 'clears' | 'secondDeletes' | 'deadLetters'> {
    return {
      appliedOperations: this.#appliedOperations,
      clears: this.#clears,
      secondDeletes: this.#second?.deleted ?? 0,
      deadLetters: this.#deadLetters,
    };
  }

  /** @throws ReplicationError `ERR_REPLICATION_APPLY_FAILED`; part of it may have been, or will be, applied. */
  async apply(place: BatchPlace, { clears, operations, packed }: BatchWork, hold: Hold): Promise<void> {
    const parts: Part[] = [];
    if (packed !== undefined && packed.count > 0) parts.push(this.#packedPart(packed, hold));
    if (operations.length > 0) parts.push(this.#unpackedPart(operations, hold));
    try {
      if (clears.length > 0) await this.#clear(clears, hold);
      await this.#carryOutAll(place, parts, hold);
      await Promise.all(parts.map((part) => part.note()));
      await Promise.all(parts.map((part) => part.tell()));
    } catch (error) {
      throw applyFailed(error);
    }
    this.#failures.delete(laneOf(place));
    this.#appliedOperations += operations.length + (packed?.count ?? 0);
  }

  /** Deletes the keys of `operations`. @throws as `apply`. */
  async forget(operations: readonly Operation[], hold: Hold): Promise<void> {
    const deletes = operations.map(({ key }) => ({ kind: 'delete' as const, key }));
    try {
      await this.#carryOut(deletes, hold);
      await this.#tell(deletes, hold);
    } catch (error) {
      throw applyFailed(error);
    }
  }

  /** As `forget`, of all keys but those that the applier says can never be deleted. The caller holds the lane. */
  async forgetAll(operations: readonly Operation[]): Promise<void> {
    const { applier, applyTimeoutMs, clock } = this.#options;
    const hold: Hold = (work) => work;
    const apply = (some: readonly Operation[]): Promise<void> => this.forget(some, hold);
    const isRefusal = (error: unknown): boolean => applier.isRefusal?.((error as Error).cause) === true;
    try {
      await apply(operations);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const until = clock.monotonic() + applyTimeoutMs;
      const deletes = operations.map(({ key }) => ({ kind: 'delete' as const, key }));
      await findPoison(deletes, { apply, isRefusal, hasTime: () => clock.monotonic() < until });
    }
  }

  async #clear(prefixes: readonly Buffer[], hold: Hold): Promise<void> {
    const { applier, clearTimeoutMs: ms, onCleared, clock } = this.#options;
    if (applier.clear === undefined) throw new Error('a class of keys must be cleared, which the applier cannot do');
    const cleared = hold(applier.clear(prefixes, { timeoutMs: ms }));
    await withDeadline(cleared, { ms, clock, onTimeout: late('clearing', ms) });
    this.#clears += prefixes.length;
    await this.#toldInTime(onCleared(prefixes), hold, 'onCleared');
  }

  #packedPart(writes: PackedWrites, hold: Hold): Part {
    return {
      carryOut: () => this.#carryOutPacked(writes, hold),
      unpack: () => unpackWrites(writes),
      note: async () => this.#second?.notePacked(writes),
      tell: () => this.#tellPacked(writes, hold),
    };
  }

  #unpackedPart(operations: readonly Operation[], hold: Hold): Part {
    return {
      carryOut: () => this.#carryOut(operations, hold),
      unpack: () => operations,
      note: async () => this.#second?.note(operations),
      tell: () => this.#tell(operations, hold),
    };
  }

  /** Carries parts out beside each other; of what fails again and again, all that can be. @throws the first failure. */
  async #carryOutAll(place: BatchPlace, parts: readonly Part[], hold: Hold): Promise<void> {
    const outcomes = await Promise.allSettled(parts.map((part) => part.carryOut()));
    const failed = parts.flatMap((part, at) => {
      const outcome = outcomes[at];
      return outcome?.status === 'rejected' ? [{ part, cause: outcome.reason as unknown }] : [];
    });
    if (failed.length === 0) return;
    const { applier, applyTimeoutMs, clock } = this.#options;
    const isRefusal = (reason: unknown): boolean => applier.isRefusal?.(reason) === true;
    const isDue = this.#failed(place) % TAKE_APART_EVERY === 0;
    for (const { cause } of failed) if (!isDue && !isRefusal(cause)) throw cause;
    const until = clock.monotonic() + applyTimeoutMs;
    const poison: Poison[] = [];
    for (const { part } of failed) {
      const found = await findPoison(part.unpack(), {
        apply: (some) => this.#carryOut(some, hold),
        isRefusal,
        hasTime: () => clock.monotonic() < until,
      });
      poison.push(...found);
    }
    // Not before all else is done: a batch that comes again would leave them again.
    for (const each of poison) await this.#keepLetter(place, each);
  }

  async #keepLetter({ source, shard }: BatchPlace, { operation, error }: Poison): Promise<void> {
    const { kind, key } = operation;
    const valueBytes = kind === 'set' ? operation.value.length : 0;
    await this.#options.deadLetters.add({ source, shard, kind, key, valueBytes, reason: describeError(error) });
    this.#deadLetters += 1;
  }

  #failed(place: BatchPlace): number {
    const { prev } = place;
    const lane = laneOf(place);
    const before = this.#failures.get(lane);
    const count = before?.prev === prev ? before.count + 1 : 1;
    this.#failures.set(lane, { prev, count });
    return count;
  }

  async #carryOut(operations: readonly Operation[], hold: Hold): Promise<void> {
    const { applier, applyTimeoutMs: timeoutMs } = this.#options;
    await this.#inTime(applier.applyBatch(operations, { timeoutMs }), hold, 'the applier');
  }

  async #tell(operations: readonly Operation[], hold: Hold): Promise<void> {
    await this.#toldInTime(this.#options.onApplied(operations), hold, 'onApplied');
  }

  async #carryOutPacked(writes: PackedWrites, hold: Hold): Promise<void> {
    const { applier, applyTimeoutMs: timeoutMs } = this.#options;
    if (applier.applyPacked === undefined) return this.#carryOut(unpackWrites(writes), hold);
    return this.#inTime(applier.applyPacked(writes, { timeoutMs }), hold, 'the applier');
  }

  async #tellPacked(writes: PackedWrites, hold: Hold): Promise<void> {
    const { onAppliedPacked } = this.#options;
    if (onAppliedPacked === undefined) return this.#tell(unpackWrites(writes), hold);
    return this.#toldInTime(onAppliedPacked(writes), hold, 'onAppliedPacked');
  }

  #inTime(work: Promise<void>, hold: Hold, what: string): Promise<void> {
    const { applyTimeoutMs: ms, clock } = this.#options;
    return withDeadline(hold(work), { ms, clock, onTimeout: late(what, ms) });
  }

  /** The lane is held no longer than the deadline: who is told late overwrites nothing by it. */
  #toldInTime(told: Promise<void> | void, hold: Hold, what: string): Promise<void> {
    const { applyTimeoutMs: ms, clock } = this.#options;
    return hold(withDeadline(Promise.resolve(told), { ms, clock, onTimeout: late(what, ms) }));
  }
}

function laneOf({ source, shard }: BatchPlace): string {
  return `${source}:${shard}`;
}

function late(what: string, ms: number): () => Error {
  return () => new Error(`${what} took more than ${ms} ms`);
}

function applyFailed(cause: unknown): ReplicationError {
  const message = `the batch was not applied: ${describeError(cause)}`;
  return new ReplicationError('ERR_REPLICATION_APPLY_FAILED', message, { cause });
}
