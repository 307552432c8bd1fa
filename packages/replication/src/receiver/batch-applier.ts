import { type Clock, describeError, type RedisClient, withDeadline } from '@lockstep/core';

import type { Applier } from './applier.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { DeadLetters } from './dead-letters.ts';
import { findPoison } from './find-poison.ts';
import type { Hold } from './lane.ts';
import type { Operation } from '../operation/operation.ts';
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
  async apply(
    place: BatchPlace,
    { clears, operations }: Pick<BatchPlan, 'clears' | 'operations'>,
    hold: Hold,
  ): Promise<void> {
    try {
      if (clears.length > 0) await this.#clear(clears, hold);
      if (operations.length > 0) {
        await this.#applyOrTakeApart(place, operations, hold);
        await this.#second?.note(operations);
        await this.#tell(operations, hold);
      }
    } catch (error) {
      throw applyFailed(error);
    }
    this.#failures.delete(laneOf(place));
    this.#appliedOperations += operations.length;
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

  async #clear(prefixes: readonly Buffer[], hold: Hold): Promise<void> {
    const { applier, clearTimeoutMs: ms, applyTimeoutMs, onCleared, clock } = this.#options;
    if (applier.clear === undefined) throw new Error('a class of keys must be cleared, which the applier cannot do');
    const cleared = hold(applier.clear(prefixes, { timeoutMs: ms }));
    await withDeadline(cleared, { ms, clock, onTimeout: late('clearing', ms) });
    this.#clears += prefixes.length;
    const told = hold(Promise.resolve(onCleared(prefixes)));
    await withDeadline(told, { ms: applyTimeoutMs, clock, onTimeout: late('onCleared', applyTimeoutMs) });
  }

  async #applyOrTakeApart(place: BatchPlace, operations: readonly Operation[], hold: Hold): Promise<void> {
    try {
      await this.#carryOut(operations, hold);
    } catch (error) {
      const { applier, applyTimeoutMs, clock, deadLetters } = this.#options;
      const isRefusal = (reason: unknown): boolean => applier.isRefusal?.(reason) === true;
      if (this.#failed(place) % TAKE_APART_EVERY !== 0 && !isRefusal(error)) throw error;
      const until = clock.monotonic() + applyTimeoutMs;
      const poison = await findPoison(operations, {
        apply: (part) => this.#carryOut(part, hold),
        isRefusal,
        hasTime: () => clock.monotonic() < until,
      });
      for (const { operation, error: reason } of poison) {
        const { kind, key } = operation;
        const valueBytes = kind === 'set' ? operation.value.length : 0;
        const { source, shard } = place;
        await deadLetters.add({ source, shard, kind, key, valueBytes, reason: describeError(reason) });
        this.#deadLetters += 1;
      }
    }
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
    const { applier, applyTimeoutMs: ms, clock } = this.#options;
    const applied = hold(applier.applyBatch(operations, { timeoutMs: ms }));
    await withDeadline(applied, { ms, clock, onTimeout: late('the applier', ms) });
  }

  async #tell(operations: readonly Operation[], hold: Hold): Promise<void> {
    const { applyTimeoutMs: ms, onApplied, clock } = this.#options;
    const told = hold(Promise.resolve(onApplied(operations)));
    await withDeadline(told, { ms, clock, onTimeout: late('onApplied', ms) });
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
