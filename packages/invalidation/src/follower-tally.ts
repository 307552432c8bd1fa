import { publishGap, publishReset } from './channels.ts';
import type { FollowerStats } from './follower-stats.ts';
import type { ResetReason } from './invalidation-log.ts';
import type { Lag } from './lag-watch.ts';
import type { LeaseLoss } from './lease-watch.ts';
import type { ShardPosition } from './position.ts';

/** Counts what happens to a follower, and tells whoever listens. */
export interface FollowerTally {
  entry(): void;
  replayed(): void;
  /** A push did not follow the last entry heard. */
  gap(shard: number, heard: ShardPosition, pushed: ShardPosition): void;
  reset(reason: ResetReason): void;
  readFailed(): void;
  stats(loss: LeaseLoss, lag: Lag): FollowerStats;
}

/** Nothing has happened yet. @param namespace of the log */
export function createFollowerTally(namespace: string): FollowerTally {
  const counts = { entries: 0, replayed: 0, gaps: 0, readsFailed: 0 };
  const resets: Record<ResetReason, number> = { trimmed: 0, lost: 0, cleared: 0 };
  return {
    entry: () => void counts.entries++,
    replayed: () => void counts.replayed++,
    gap(shard, heard, pushed) {
      counts.gaps++;
      publishGap(namespace, shard, heard, pushed);
    },
    reset(reason) {
      resets[reason]++;
      publishReset(namespace, reason);
    },
    readFailed: () => void counts.readsFailed++,
    stats: (loss, lag) => ({ ...counts, resets: { ...resets }, ...loss, lagEntries: lag.entries, lagMs: lag.ms }),
  };
}
