import { systemClock } from '@lockstep/core';

import { checkedId } from './entry-id.ts';
import { createFollowerState } from './follower-state.ts';
import { InvalidationError } from './invalidation-error.ts';
import { keysAsStrings } from './invalidation-key.ts';
import type { Follower, FollowOptions, InvalidationLog } from './invalidation-log.ts';
import { createListener } from './listener.ts';
import { createMemoryEntries, type MemoryEntries } from './memory-entries.ts';

/** How long the log is. */
export interface MemoryLogOptions {
  /** How many entries to keep for followers that start later. @default 100_000 */
  readonly maxEntries?: number;
}

interface MemoryFollower extends Follower {
  /** Hands over what is new. */
  pump(): void;
}

/**
 * An invalidation log inside one process, for tests and for a service of a single process. Followers have heard a
 * key before its `publish` resolves.
 *
 * @throws RangeError when `maxEntries` is not a positive integer.
 */
export function createMemoryLog({ maxEntries = 100_000 }: MemoryLogOptions = {}): InvalidationLog {
  const entries = createMemoryEntries(maxEntries);
  const followers = new Set<MemoryFollower>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new InvalidationError('ERR_INVALIDATION_CLOSED', 'the invalidation log was closed');
  }

  const log: InvalidationLog = {
    async publish(keys, { signal } = {}) {
      assertOpen();
      signal?.throwIfAborted();
      const id = entries.append(keysAsStrings(keys));
      for (const follower of followers) follower.pump();
      return id;
    },
    follow(options) {
      assertOpen();
      const { follower, closing } = followMemory(entries, options);
      if (closing.aborted) return follower;
      followers.add(follower);
      closing.addEventListener('abort', () => followers.delete(follower), { once: true });
      // A callback must not run before its caller holds the follower.
      queueMicrotask(() => follower.pump());
      return follower;
    },
    async close() {
      isClosed = true;
      await Promise.all(Array.from(followers, (follower) => follower.close()));
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
  return log;
}

function followMemory(
  entries: MemoryEntries,
  options: FollowOptions,
): { follower: MemoryFollower; closing: AbortSignal } {
  const { from = 'now', clock = systemClock, signal } = options;
  const listener = createListener(options);
  const state = createFollowerState({ clock, signal });
  let cursor = from === 'now' ? entries.lastId : checkedId(from);
  let isPumping = false;

  function resetIfGap(): void {
    const gap = entries.gapAfter(cursor);
    if (gap === undefined) return;
    cursor = entries.lastId;
    listener.reset(gap);
  }

  function pump(): void {
    // A callback may publish: the pump that is under way hands that over too, in order.
    if (isPumping || state.closing.aborted) return;
    isPumping = true;
    resetIfGap();
    for (let next = entries.after(cursor); next !== undefined; next = entries.after(cursor)) {
      cursor = next.id;
      listener.invalidate([...next.keys], next.id);
      if (state.closing.aborted) break;
      resetIfGap();
    }
    isPumping = false;
    state.heardEverythingAt(clock.monotonic());
  }

  const follower: MemoryFollower = {
    get cursor() {
      return cursor;
    },
    // Every publish pumps, so that a follower that has started is never behind.
    horizonAgeMs: () => (Number.isFinite(state.horizonAgeMs()) ? 0 : Infinity),
    ready: state.ready,
    pump,
    async close() {
      state.close();
    },
    [Symbol.asyncDispose]: () => follower.close(),
  };
  return { follower, closing: state.closing };
}
