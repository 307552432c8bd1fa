import { type Clock, describeError, withDeadline } from '@lockstep/core';

import type { Applier } from './applier.ts';
import type { DeadLetters } from './dead-letters.ts';
import { findPoison } from './find-poison.ts';
import type { Hold } from './lane.ts';
import type { Operation } from './operation.ts';
import { ReplicationError } from './replication-error.ts';
import type { StreamId } from './stream-id.ts';

/** What it needs. */
export interface BatchApplierOptions {
  readonly applier: Applier;
  readonly applyTimeoutMs: number;
  readonly onApplied: (operations: readonly Operation[]) => Promise<void> | void;
  readonly deadLetters: DeadLetters;
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

  constructor(options: BatchApplierOptions) {
    this.#options = options;
  }

  counts(): { readonly appliedOperations: number; readonly deadLetters: number } {
    return { appliedOperations: this.#appliedOperations, deadLetters: this.#deadLetters };
  }

  /** @throws ReplicationError `ERR_REPLICATION_APPLY_FAILED`; part of it may have been, or will be, applied. */
  async apply(place: BatchPlace, operations: readonly Operation[], hold: Hold): Promise<void> {
    try {
      await this.#applyOrTakeApart(place, operations, hold);
      await this.#tell(operations, hold);
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
