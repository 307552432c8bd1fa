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

/**
 * Resolves when every shard has passed its part of a position, or has read the log to its end after this call. With
 * neither an async function nor a signal of its own: whoever invalidates waits for it each time, and a signal that
 * ends costs more than all the rest of a publish.
 */
export function untilCaughtUp(
  parts: FollowerParts,
  position: readonly ShardPosition[],
  { signal, timeoutMs = 2000 }: CaughtUpOptions,
): Promise<void> {
  const { shards, closing, clock } = parts;
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  if (closing.aborted) return Promise.reject(closing.reason as Error);
  const missing = shards.flatMap((follower, shard) => {
    const part = position[shard]!;
    return hasPassed(follower.cursor, part) ? [] : [{ follower, part }];
  });
  if (missing.length === 0) return Promise.resolve();
  return new Promise<void>((resolve, reject) => {
    let left = missing.length;
    const settle = (outcome: () => void): void => {
      deadline.cancel();
      signal?.removeEventListener('abort', abort);
      for (const stop of stops) stop();
      outcome();
    };
    const abort = (): void => settle(() => reject(signal?.reason as Error));
    const ended = (): void => {
      if (closing.aborted) settle(() => reject(closing.reason as Error));
      else if (--left === 0) settle(resolve);
    };
    const deadline = clock.setTimer(() => settle(() => reject(timeoutError(timeoutMs))), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    const stops = missing.map(({ follower, part }) => watchShard(parts, follower, part, ended));
  });
}

/** Calls `ended` once: when the shard has passed, or the follower is closed. @returns what ends the watch before that */
function watchShard(
  { watchers, clock, heartbeatMs, closing }: FollowerParts,
  follower: ShardFollower,
  part: ShardPosition,
  ended: () => void,
): () => void {
  let timer: Timer | undefined;
  const stop = (): void => {
    watchers.delete(look);
    timer?.cancel();
  };
  const end = (): void => {
    // A read that was under way ends, too.
    if (!watchers.has(look)) return;
    stop();
    ended();
  };
  const look = (): void => {
    if (closing.aborted || hasPassed(follower.cursor, part)) end();
  };
  // Whoever has read the log to its end has passed all that it still has: what is not there is moot.
  const read = (): void => {
    follower.beat().then(end, () => {
      if (watchers.has(look)) timer = clock.setTimer(read, Math.min(50, heartbeatMs));
    });
  };
  watchers.add(look);
  const isPushed = follower.cursor.epoch === part.epoch;
  if (isPushed) timer = clock.setTimer(read, Math.min(PUSH_MS, heartbeatMs));
  else read();
  return stop;
}

/** Resolves when every shard has read the log to its end after this call. */
export async function untilSynced({ shards, closing, clock }: FollowerParts, { signal }: SyncOptions): Promise<void> {
  signal?.throwIfAborted();
  if (closing.aborted) throw closing.reason;
  const read = Promise.all(shards.map((shard) => shard.beat()));
  await withDeadline(read, { ms: Infinity, signal, clock, onTimeout: () => new Error('never') });
}
