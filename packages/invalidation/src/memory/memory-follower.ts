import { systemClock } from '@lockstep/core';

import { createFollowerTally } from '../follower-tally.ts';
import type { Follower, FollowOptions } from '../invalidation-log.ts';
import { NO_LAG } from '../lag-watch.ts';
import { createLifetime } from '../lifetime.ts';
import { createListener } from '../listener.ts';
import type { Passage } from '../passage.ts';
import { formatPosition, parsePosition, type ShardPosition } from '../position.ts';
import type { MemoryShard } from './memory-shard.ts';

/** A follower of a log in the same process. */
export interface MemoryFollower extends Follower {
  /** Hands over what is new. */
  pump(): void;
  /** Aborts when it is closed. */
  readonly closing: AbortSignal;
  /** How far those behind it have come. */
  readonly passage: Passage | undefined;
}

/**
 * A follower that hears what there is whenever it is pumped, from the first time on.
 *
 * @throws RangeError for a bad `from`, `heartbeatMs` or `leaseMs`.
 */
export function followMemory(
  shards: readonly MemoryShard[],
  namespace: string,
  options: FollowOptions,
): MemoryFollower {
  const { from = 'now', clock = systemClock, signal, heartbeatMs = 500, leaseMs = 1 } = options;
  if (!(heartbeatMs >= 10)) throw new RangeError(`heartbeatMs must be at least 10, got ${heartbeatMs}`);
  if (!(leaseMs > 0)) throw new RangeError(`leaseMs must be positive, got ${leaseMs}`);
  const tally = createFollowerTally(namespace);
  const listener = createListener(options, tally);
  const lifetime = createLifetime(signal);
  const { closing } = lifetime;
  const cursors: ShardPosition[] =
    from === 'now' ? shards.map(({ end }) => end) : parsePosition(from, shards.length).map(startOf);
  let isPumping = false;
  let hasBegun = false;

  function startOf(part: ShardPosition, shard: number): ShardPosition {
    return part.epoch === '' ? { epoch: shards[shard]!.end.epoch, sequence: 0 } : part;
  }

  /** Hands over one entry, or resets; false when there is nothing new. */
  function step(shard: number): boolean {
    const log = shards[shard]!;
    const cursor = cursors[shard]!;
    const gap = log.gapAfter(cursor);
    if (gap !== undefined) {
      cursors[shard] = log.end;
      listener.reset(gap);
      return true;
    }
    const sequence = cursor.sequence + 1;
    const body = log.at(sequence);
    if (body === undefined) return false;
    cursors[shard] = { epoch: cursor.epoch, sequence };
    if (body.isClear) {
      listener.reset('cleared');
    } else {
      const { keys, binaryKeys, tags, origin, traceId } = body;
      const position = formatPosition(cursors);
      listener.invalidate({
        position,
        shard,
        epoch: cursor.epoch,
        sequence,
        keys,
        binaryKeys,
        tags,
        origin,
        traceId,
      });
    }
    return true;
  }

  function pump(): void {
    // A callback may publish: the pump that is under way hands that over too, in order.
    if (isPumping || closing.aborted) return;
    isPumping = true;
    for (let isNew = true; isNew;) {
      isNew = false;
      for (const shard of shards.keys()) {
        while (!closing.aborted && step(shard)) isNew = true;
      }
    }
    isPumping = false;
    hasBegun = true;
    lifetime.begin();
  }

  async function untilCurrent(abort: AbortSignal | undefined): Promise<void> {
    abort?.throwIfAborted();
    if (closing.aborted) throw closing.reason;
    await lifetime.ready;
  }

  // Every publish pumps, so that one who has begun is never behind.
  const isCurrent = (): boolean => hasBegun && !closing.aborted;
  const follower: MemoryFollower = {
    get cursor() {
      return formatPosition(cursors);
    },
    epoch: (shard) => cursors[shard]?.epoch ?? '',
    sequence: (shard) => cursors[shard]?.sequence ?? 0,
    horizonAgeMs: () => (isCurrent() ? 0 : Infinity),
    horizonAt: () => (isCurrent() ? clock.monotonic() : -Infinity),
    // It is told of everything at once.
    stats: () => tally.stats({ leasesLost: 0, leaseLostMs: 0 }, NO_LAG),
    ready: lifetime.ready,
    closing,
    passage: options.passage,
    pump,
    async caughtUpTo(position, { signal: abort } = {}) {
      parsePosition(position, shards.length);
      await untilCurrent(abort);
    },
    sync: ({ signal: abort } = {}) => untilCurrent(abort),
    async close() {
      lifetime.end();
    },
    [Symbol.asyncDispose]: () => follower.close(),
  };
  return follower;
}
