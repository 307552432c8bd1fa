import type { Batch } from '../transport/batch.ts';
import type { BatchWork } from './batch-applier.ts';
import { type BatchPlan, planBatch } from './batch-plan.ts';
import type { PackedBlocks } from '../block/read-blocks.ts';
import { decodeBatchBody } from '../transport/batch-body.ts';
import type { ConflictFinder } from '../conflicts/conflict-finder.ts';
import { showKey } from '../operation/show-key.ts';
import type { Operation } from '../operation/operation.ts';
import { packBatch } from './pack-batch.ts';
import { type PackedWrites, selectWrites, unpackWrites } from '../operation/packed-writes.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';
import type { VersionGuard } from '../versions/version-guard.ts';

/** Who has a say in what is carried out. */
export interface BatchPlannerOptions {
  readonly conflicts?: Pick<ConflictFinder, 'isMeant' | 'settle'> | undefined;
  readonly versions?: Pick<VersionGuard, 'isMeant' | 'isUsed' | 'judge'> | undefined;
}

/** What is to be carried out of a batch, and what must be looked at afterwards. */
export interface PlannedBatch extends BatchWork {
  /** Stores with versions, to be confirmed when they were carried out. */
  readonly stores: readonly Operation[];
  /** Stores without them, of which it is to be asked again then whether they were overwritten elsewhere. */
  readonly overtakable: readonly Operation[];
  /** Operations as they came. */
  readonly received: number;
}

/** Finds out what is to be carried out of a batch. What nobody has a say in stays packed. */
export class BatchPlanner {
  readonly #options: BatchPlannerOptions;

  constructor(options: BatchPlannerOptions) {
    this.#options = options;
  }

  /** @throws ReplicationError `ERR_REPLICATION_BAD_BLOCK`, and of Redis and the journal; nothing was carried out. */
  async plan(batch: Batch): Promise<PlannedBatch> {
    const packed = packBatch(batch.body);
    if (packed === undefined) return this.#judge(batch, planBatch(decodeBatchBody(batch.body)));
    const guarded = this.#guarded(packed);
    const { writes, received } = packed;
    if (guarded.length === 0)
      return { clears: [], operations: [], stores: [], overtakable: [], packed: writes, received };
    const { plan, rest } = split(packed, guarded);
    return { ...(await this.#judge(batch, plan)), packed: rest };
  }

  async #judge(batch: Batch, plan: BatchPlan): Promise<PlannedBatch> {
    const { conflicts, versions } = this.#options;
    const judged = (await versions?.judge(batch, plan)) ?? { ...plan, stores: [] };
    const settled = (await conflicts?.settle(batch, judged)) ?? { operations: judged.operations, overtakable: [] };
    const { clears, received } = plan;
    return { ...settled, clears, stores: judged.stores, received };
  }

  /** The indexes of what somebody has a say in. */
  #guarded({ writes, seen }: PackedBlocks): number[] {
    const versions = this.#options.versions?.isUsed === true ? this.#options.versions : undefined;
    const { conflicts } = this.#options;
    const guarded: number[] = [];
    if (versions === undefined && (conflicts === undefined || seen === undefined)) return guarded;
    for (let index = 0; index < writes.count; index += 1) {
      const key = showKey(writes, index);
      const hasConflicts = conflicts !== undefined && seen?.[index] !== undefined;
      if (versions?.isMeant(key) === true || (hasConflicts && conflicts.isMeant(key))) guarded.push(index);
    }
    return guarded;
  }
}

/** Unpacks what is guarded, and leaves the rest as it is. */
function split(
  { writes, seen, received }: PackedBlocks,
  guarded: readonly number[],
): { readonly plan: BatchPlan; readonly rest: PackedWrites } {
  const operations = unpackWrites(selectWrites(writes, guarded));
  const seenBy = new Map<Operation, SeenCursors>();
  operations.forEach((operation, at) => {
    const vector = seen?.[guarded[at] as number];
    if (vector !== undefined) seenBy.set(operation, vector);
  });
  const taken = new Set(guarded);
  const others = Array.from({ length: writes.count }, (_, index) => index).filter((index) => !taken.has(index));
  return { plan: { clears: [], operations, seenBy, received }, rest: selectWrites(writes, others) };
}
