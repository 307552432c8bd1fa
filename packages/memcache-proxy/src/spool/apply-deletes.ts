import type { DeleteReach } from '../backend/delete-spool.ts';

/** What became of one delete. */
export interface DeleteOutcome {
  /** Whether the node that owns the key confirmed. */
  readonly confirmed: boolean;
  /** True when the value was left, as it is proven to be newer. */
  readonly isKept?: boolean;
  /** True when the pool takes no such key, now or later: the entry is dropped. */
  readonly isRefused?: boolean;
  /** Why it did not, where it did not. */
  readonly error?: unknown;
}

/**
 * Asked, after the CAS values were read and before anything is deleted: true for those values that stay. The others may
 * only be deleted while they still have that CAS value.
 */
export type ClaimValues = (
  values: readonly { readonly key: Buffer; readonly cas: bigint }[],
) => Promise<readonly boolean[]>;

/** How deletes are applied. */
export interface ApplyOptions {
  readonly signal: AbortSignal;
  readonly reach?: DeleteReach | undefined;
  /** @default every value is deleted; a target that cannot delete by CAS value does so in any case */
  readonly claim?: ClaimValues | undefined;
}

/** Who carries out deletes that are owed. */
export interface DeleteTarget {
  /**
   * The node that owns the key now. Entries of one node wait together while it does not answer, and other
   * nodes do not wait for it. @default the whole pool is one
   *
   * @throws when there is no such pool.
   */
  nodeOf?(pool: string, key: Buffer): string;
  /**
   * Deletes keys of one node, each of them once, and tells how each ended, in their order. What rejects counts
   * for all of them.
   */
  apply(pool: string, keys: readonly Buffer[], options: ApplyOptions): Promise<readonly DeleteOutcome[]>;
}
