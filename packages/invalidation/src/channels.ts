import { channel } from 'node:diagnostics_channel';

import type { ResetReason } from './invalidation-log.ts';
import type { ShardPosition } from './position.ts';

/** A message of `lockstep:invalidation:reset`: a follower had everything forgotten. */
export interface FollowerResetMessage {
  readonly namespace: string;
  readonly reason: ResetReason;
}

/** A message of `lockstep:invalidation:gap`: a push was not the next entry, and the log is asked for what is missing. */
export interface FollowerGapMessage {
  readonly namespace: string;
  readonly shard: number;
  /** The epoch and number of the last entry heard, and those of the push. */
  readonly heard: ShardPosition;
  readonly pushed: ShardPosition;
}

/** A message of `lockstep:invalidation:lease`: the horizon has become older than the lease, or young enough again. */
export interface FollowerLeaseMessage {
  readonly namespace: string;
  readonly isLost: boolean;
  /** For how long it has been lost, or was, in milliseconds. */
  readonly lostMs: number;
}

const reset = channel('lockstep:invalidation:reset');
const gap = channel('lockstep:invalidation:gap');
const lease = channel('lockstep:invalidation:lease');

/** Tells whoever listens. */
export function publishReset(namespace: string, reason: ResetReason): void {
  if (reset.hasSubscribers) reset.publish({ namespace, reason } satisfies FollowerResetMessage);
}

/** Tells whoever listens. */
export function publishGap(namespace: string, shard: number, heard: ShardPosition, pushed: ShardPosition): void {
  if (gap.hasSubscribers) gap.publish({ namespace, shard, heard, pushed } satisfies FollowerGapMessage);
}

/** Tells whoever listens. */
export function publishLease(namespace: string, isLost: boolean, lostMs: number): void {
  if (lease.hasSubscribers) lease.publish({ namespace, isLost, lostMs } satisfies FollowerLeaseMessage);
}
