import { type JournalTier, worstTier } from '../journal/journal-tier.ts';
import type { ShardStatus } from './link-meter.ts';

/** How one link stands, all of its shards together. */
export interface LinkStatus {
  /** The region it ships to. */
  readonly to: string;
  /** Whether the latest exchange of every shard with the receiver succeeded. */
  readonly connected: boolean;
  /** The lag of the shard that is furthest behind, in milliseconds. */
  readonly lagMs: number;
  /** The measured lag of the slowest shard, in milliseconds; absent where none was measured. */
  readonly measuredLagMs?: number;
  /** Operations in the journal that the receiver has not confirmed. */
  readonly queuedOperations: number;
  /** Bytes that these take in the streams. */
  readonly queuedBytes: number;
  /** Shards that another shipper of the region ships; see `ShardStatus.isStandby`. */
  readonly standbyShards: number;
  /** Operations that the receiver confirmed to this process. */
  readonly shippedOperations: number;
  /** Bytes that the journal holds in Redis for the slowest receiver. */
  readonly heldBytes: number;
  /** Keys that did not fit into the journal, and become deletes when there is room. */
  readonly dirtyKeys: number;
  /** Classes whose keys did not fit among those either, and are cleared when there is room. */
  readonly dirtyClasses: number;
  /** The tier of the shard that is worst off. */
  readonly tier: JournalTier;
  /** Batches that did not follow the receiver's cursor. */
  readonly gaps: number;
  /** Steps that failed and were tried again. */
  readonly failures: number;
  /** How often Redis was found to have lost the end of a shard. */
  readonly tailLosses: number;
  /** Of the first shard that has one. */
  readonly lastError?: Error;
  /** While the number of shards changes. */
  readonly reshard?: ReshardStatus;
  /** Each shard, by its number. */
  readonly shards: readonly ShardStatus[];
}

/** How far a change of the number of shards is for one region. */
export interface ReshardStatus {
  readonly from: number;
  readonly to: number;
  /** Shards before the change that the region has not applied to their end. */
  readonly shardsLeft: number;
}

/** Sums up the shards of a link. */
export function sumUpLink(to: string, shards: readonly ShardStatus[]): LinkStatus {
  const sum = (read: (shard: ShardStatus) => number): number => shards.reduce((total, shard) => total + read(shard), 0);
  const lastError = shards.find((shard) => shard.lastError !== undefined)?.lastError;
  const measured = shards.flatMap(({ measuredLagMs }) => (measuredLagMs === undefined ? [] : [measuredLagMs]));
  return {
    to,
    connected: shards.every(({ connected, isWaiting = false }) => connected || isWaiting),
    lagMs: Math.max(...shards.map(({ lagMs }) => lagMs)),
    queuedOperations: sum((shard) => shard.queuedOperations),
    queuedBytes: sum((shard) => shard.queuedBytes),
    standbyShards: sum(({ isStandby = false }) => Number(isStandby)),
    shippedOperations: sum((shard) => shard.shippedOperations),
    heldBytes: sum((shard) => shard.heldBytes),
    dirtyKeys: sum((shard) => shard.dirtyKeys),
    dirtyClasses: sum((shard) => shard.dirtyClasses),
    tier: worstTier(shards.map(({ tier }) => tier)),
    gaps: sum((shard) => shard.gaps),
    failures: sum((shard) => shard.failures),
    tailLosses: sum((shard) => shard.tailLosses),
    ...(measured.length === 0 ? {} : { measuredLagMs: Math.max(...measured) }),
    ...(lastError === undefined ? {} : { lastError }),
    shards,
  };
}
