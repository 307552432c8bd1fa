import { createBackoff, type RedisClient, sleep, systemClock } from '@lockstep/core';

import { afterEntry, endOf, findGap, type LogPosition, positionAt, withFacts } from './continuity.ts';
import { checkedId, FIRST_ID } from './entry-id.ts';
import { createFollowerState } from './follower-state.ts';
import { InvalidationError } from './invalidation-error.ts';
import type { Follower, FollowOptions } from './invalidation-log.ts';
import { createListener } from './listener.ts';
import { createOwnedConnection } from './owned-connection.ts';
import { createStreamReader } from './stream-reader.ts';
import type { LogEntry } from './stream-reply.ts';

/** A connection may need a moment to be writable; after this many failures in a row it is replaced. */
const FAILURES_PER_CONNECTION = 3;

/** Which log to follow. */
export interface RedisFollowerOptions {
  readonly client: RedisClient;
  readonly stream: string;
  readonly timeoutMs: number;
  /** Called once when the follower has stopped. */
  readonly onClosed: (follower: Follower) => void;
}

/** Follows a stream over a connection of its own until it is closed. */
export function followStream(log: RedisFollowerOptions, options: FollowOptions): Follower {
  const { from = 'now', heartbeatMs = 500, clock = systemClock, signal } = options;
  if (!(heartbeatMs >= 10)) throw new RangeError(`heartbeatMs must be at least 10, got ${heartbeatMs}`);
  const blockMs = Math.round(heartbeatMs);
  const listener = createListener(options);
  const connection = createOwnedConnection(log.client);
  const state = createFollowerState({ clock, signal });
  const reader = createStreamReader({ ...log, connection, signal: state.closing, clock });
  let position: LogPosition | undefined = from === 'now' ? undefined : positionAt(checkedId(from));
  let checkedAt = -Infinity;

  function apply(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (position === undefined || state.closing.aborted) return;
      position = afterEntry(position, entry);
      listener.invalidate(entry.keys, entry.id);
    }
  }

  /** Finds out whether everything was heard. Only this moves the horizon: a read cannot tell of a lost log. */
  async function check(): Promise<void> {
    const sentAt = clock.monotonic();
    const snapshot = await reader.snapshot(position?.cursor ?? '$');
    const gap = position === undefined ? undefined : findGap(position, snapshot);
    if (position === undefined || gap !== undefined) position = endOf(snapshot);
    else apply(snapshot.entries);
    if (gap !== undefined) listener.reset(gap);
    const hasReachedEnd = gap !== undefined || snapshot.isComplete;
    position = withFacts(position, snapshot, hasReachedEnd);
    if (!hasReachedEnd) return;
    checkedAt = sentAt;
    state.heardEverythingAt(sentAt);
  }

  async function step(): Promise<void> {
    if (position === undefined || clock.monotonic() - checkedAt >= blockMs / 2) await check();
    else apply(await reader.read(position.cursor, blockMs));
  }

  async function run(): Promise<void> {
    const backoff = createBackoff({ minMs: 50, maxMs: 1000 });
    let failures = 0;
    while (!state.closing.aborted) {
      try {
        await step();
        backoff.reset();
        failures = 0;
      } catch (error) {
        if (state.closing.aborted) break;
        listener.error(error as Error);
        failures++;
        if (hasTimedOut(error) || failures % FAILURES_PER_CONNECTION === 0) connection.drop();
        // The connection may be another one from here on: look before trusting what is read.
        checkedAt = -Infinity;
        // Only closing ends the pause early, and the loop sees that itself.
        await sleep(backoff.next(), { signal: state.closing, clock }).catch(() => undefined);
      }
    }
    connection.drop();
  }

  const stopped = run();
  const follower: Follower = {
    get cursor() {
      return position?.cursor ?? FIRST_ID;
    },
    horizonAgeMs: () => state.horizonAgeMs(),
    ready: state.ready,
    async close() {
      state.close();
      await stopped;
    },
    async [Symbol.asyncDispose]() {
      await follower.close();
    },
  };
  void stopped.then(() => log.onClosed(follower));
  return follower;
}

function hasTimedOut(error: unknown): boolean {
  return error instanceof InvalidationError && error.code === 'ERR_INVALIDATION_TIMEOUT';
}
