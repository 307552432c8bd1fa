import type { ShardStatus } from './link-meter.ts';

/** How one link stands, all of its shards together. */
export interface LinkStatus {
  /** The region it ships to. */
  readonly to: string;
  /** Whether the latest exchange of every shard with the receiver succeeded. */
  readonly connected: boolean;
  /** The lag of the shard that is furthest behind, in milliseconds. */
  readonly lagMs: number;
  /** Operations in the journal that the receiver has not confirmed. */
  readonly queuedOperations: number;
  /** Operations that the receiver confirmed to this process. */
  readonly shippedOperations: number;
  /** Bytes that the journal holds in Redis for the slowest receiver. */
  readonly heldBytes: number;
  /** Keys that did not fit into the journal, and become deletes when there is room. */
  readonly dirtyKeys: number;
  /** Batches that did not follow the receiver's cursor. */
  readonly gaps: number;
  /** Steps that failed and were tried again. */
  readonly failures: number;
  /** How often Redis was found to have lost the end of a shard. */
  readonly tailLosses: number;
  /** Of the first shard that has one. */
  readonly lastError?: Error;
  /** Each shard, by its number. */
  readonly shards: readonly ShardStatus[];
}

/** Sums up the shards of a link. */
export function sumUpLink(to: string, shards: readonly ShardStatus[]): LinkStatus {
  const sum = (read: (shard: ShardStatus) => number): number => shards.reduce((total, shard) => total + read(shard), 0);
  const lastError = shards.find((shard) => shard.lastError !== undefined)?.lastError;
  return {
    to,
    connected: shards.every(({ connected }) => connected),
    lagMs: Math.max(...shards.map(({ lagMs }) => lagMs)),
    queuedOperations: sum((shard) => shard.queuedOperations),
    shippedOperations: sum((shard) => shard.shippedOperations),
    heldBytes: sum((shard) => shard.heldBytes),
    dirtyKeys: sum((shard) => shard.dirtyKeys),
    gaps: sum((shard) => shard.gaps),
    failures: sum((shard) => shard.failures),
    tailLosses: sum((shard) => shard.tailLosses),
    ...(lastError === undefined ? {} : { lastError }),
    shards,
  };
}
