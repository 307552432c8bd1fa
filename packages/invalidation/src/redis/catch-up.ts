import { type Clock, type Timer, withDeadline } from '@lockstep/core';

import type { Horizon } from '../horizon.ts';
import type { CaughtUpOptions, SyncOptions } from '../invalidation-log.ts';
import { hasPassed, type ShardPosition } from '../position.ts';
import { timeoutError } from './redis-failure.ts';
import type { ShardFollower } from './shard-follower.ts';

/** What is on its way as a push comes within this. */
const PUSH_MS = 25;

/** The parts of a follower that can be waited for. */
export interface FollowerParts {
  readonly shards: readonly ShardFollower[];
  readonly horizon: Horizon;
  /** Called each time that a shard has moved on, and at the end. */
  readonly watchers: Set<() => void>;
  readonly closing: AbortSignal;
  readonly clock: Clock;
  readonly heartbeatMs: number;
}

/** Resolves when every shard has passed its part of a position, or has read the log to its end after this call. */
export async function untilCaughtUp(
  parts: FollowerParts,
  position: readonly ShardPosition[],
  { signal, timeoutMs = 2000 }: CaughtUpOptions,
): Promise<void> {
  const { shards, closing, clock } = parts;
  signal?.throwIfAborted();
  if (closing.aborted) throw closing.reason;
  if (position.every((part, shard) => hasPassed(shards[shard]!.cursor, part))) return;
  const done = new AbortController();
  const passed = Promise.all(position.map((part, shard) => untilShardPassed(parts, shard, part, done.signal)));
  try {
    await withDeadline(passed, { ms: timeoutMs, signal, clock, onTimeout: () => timeoutError(timeoutMs) });
  } finally {
    done.abort();
  }
}

function untilShardPassed(
  { shards, watchers, clock, heartbeatMs, closing }: FollowerParts,
  shard: number,
  part: ShardPosition,
  givenUp: AbortSignal,
): Promise<void> {
  const follower = shards[shard]!;
  return new Promise<void>((resolve, reject) => {
    let timer: Timer | undefined;
    const finish = (): void => {
      watchers.delete(look);
      givenUp.removeEventListener('abort', finish);
      timer?.cancel();
      if (closing.aborted) reject(closing.reason as Error);
      else resolve();
    };
    const look = (): void => {
      if (closing.aborted || hasPassed(follower.cursor, part)) finish();
    };
    // Whoever has read the log to its end has passed all that it still has: what is not there is moot.
    const read = (): void => {
      follower.beat().then(finish, () => {
        if (watchers.has(look)) timer = clock.setTimer(read, Math.min(50, heartbeatMs));
      });
    };
    givenUp.addEventListener('abort', finish, { once: true });
    watchers.add(look);
    look();
    if (!watchers.has(look)) return;
    const isPushed = follower.cursor.epoch === part.epoch;
    if (isPushed) timer = clock.setTimer(read, Math.min(PUSH_MS, heartbeatMs));
    else read();
  });
}

/** Resolves when every shard has read the log to its end after this call. */
export async function untilSynced({ shards, closing, clock }: FollowerParts, { signal }: SyncOptions): Promise<void> {
  signal?.throwIfAborted();
  if (closing.aborted) throw closing.reason;
  const read = Promise.all(shards.map((shard) => shard.beat()));
  await withDeadline(read, { ms: Infinity, signal, clock, onTimeout: () => new Error('never') });
}
