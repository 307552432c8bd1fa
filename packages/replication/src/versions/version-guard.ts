import { type Clock, type RedisClient, withDeadline } from '@lockstep/core';

import type { Batch } from '../transport/batch.ts';
import type { BatchPlan } from '../receiver/batch-plan.ts';
import type { Operation } from '../operation/operation.ts';
import { redisFailed } from '../owned-connection.ts';
import { streamIdTimeMs } from '../operation/stream-id.ts';
import { SuspectDeletes } from './suspect-deletes.ts';
import type { VersionOptions } from './version-options.ts';
import { VersionTable } from './version-table.ts';

/** What a guard needs. */
export interface VersionGuardOptions extends VersionOptions {
  readonly client: RedisClient;
  readonly region: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Deletes keys and tells who wants to know. */
  readonly carryOut: (deletes: readonly Operation[]) => Promise<void>;
  /** Whether an error of `carryOut` says that a key can never be deleted. */
  readonly isRefusal: (error: unknown) => boolean;
}

/** A plan of which only what is newer than what is here is left. */
export interface GuardedPlan extends BatchPlan {
  /** Stores to be confirmed when they were carried out. */
  readonly stores: readonly Operation[];
}

/**
 * Lets a store of another region through only when its version is greater than what is known of its key here. What
 * cannot be known becomes a delete.
 *
 * A cache takes no version, so between the look and the store another one may be stored. So what was stored is looked at
 * again, and deleted where it is not the newest any more; a batch that may have been carried out in part before deletes
 * what it would leave; and this region's own writes, which go past this, look for themselves: see `SuspectDeletes`.
 */
export class VersionGuard {
  readonly #options: VersionGuardOptions;
  readonly #table: VersionTable;
  readonly #suspects: SuspectDeletes;
  /** Operations that were left, as the same or a newer version was here. */
  older = 0;
  /** Stores that became deletes, because it could not be known whether they were newer. */
  unknown = 0;

  constructor(options: VersionGuardOptions) {
    this.#options = options;
    const { client, timeoutMs: ms, clock } = options;
    const onTimeout = (): Error => new Error(`no answer within ${ms} ms`);
    const run = async <T>(command: (redis: RedisClient) => Promise<T>): Promise<T> => {
      try {
        return await withDeadline(command(client), { ms, clock, onTimeout });
      } catch (error) {
        throw redisFailed(error);
      }
    };
    this.#table = new VersionTable({ ...options, run });
    this.#suspects = new SuspectDeletes({ ...options, table: this.#table });
  }

  /** Keys that this region had written, and that were deleted as another had written them too. */
  get suspects(): number {
    return this.#suspects.deleted;
  }

  /** Whether there are keys whose versions are compared. */
  get isUsed(): boolean {
    return this.#options.isUsed?.() ?? true;
  }

  /** Whether the versions of a key are compared. */
  isMeant(key: Buffer): boolean {
    return this.#options.isFor?.(key) ?? true;
  }

  start(): void {
    this.#suspects.start();
  }

  async close(): Promise<void> {
    await this.#suspects.close();
  }

  /** What of a plan is to be carried out. @throws ReplicationError `ERR_REPLICATION_REDIS`; the batch comes again. */
  async judge({ source, shard, prev, first, last }: Batch, plan: BatchPlan): Promise<GuardedPlan> {
    if (plan.clears.length > 0) await this.#table.forget();
    const meant = plan.operations.filter((operation) => this.#table.isMeant(operation));
    if (meant.length === 0) return { ...plan, stores: [] };
    const writtenAt = streamIdTimeMs(first);
    const verdicts = await this.#table.judge(meant, { lane: `${source}:${shard}`, prev, last, writtenAt });
    const judged = new Map(meant.map((operation, at) => [operation, verdicts[at]]));
    const stores: Operation[] = [];
    const operations = plan.operations.flatMap((operation): readonly Operation[] => {
      const verdict = judged.get(operation);
      if (verdict === undefined) return [operation];
      if (verdict === 'keep') {
        this.older += 1;
        return [];
      }
      if (verdict === 'apply') {
        if (operation.kind === 'set') stores.push(operation);
        return [operation];
      }
      if (operation.kind === 'set') this.unknown += 1;
      return [{ kind: 'delete', key: operation.key }];
    });
    // Their versions say more than what their writers had seen.
    const seenBy = new Map([...plan.seenBy].filter(([operation]) => !judged.has(operation)));
    return { ...plan, operations, seenBy, stores };
  }

  /** Those of the stores that were carried out whose keys must be deleted. @throws as `judge`. */
  async overtaken(stores: readonly Operation[]): Promise<readonly Operation[]> {
    if (stores.length === 0) return stores;
    const verdicts = await this.#table.confirm(stores);
    return stores.filter((_, at) => verdicts[at] !== 'apply');
  }
}
