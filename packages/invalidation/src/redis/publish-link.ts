import type { Clock, RedisClient } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import type { OwnedConnection } from './owned-connection.ts';

/** A connection that follows a silent one is given twice the time, for it has to be made; at most so many times as much. */
const MAX_PATIENCE = 16;
/** About how much may wait for an answer over one client. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** Something that was sent, until it is answered. */
export interface Sending {
  readonly client: RedisClient;
  /** It was answered, one way or the other. */
  answered(): void;
}

/** Over what the log is written to. */
export interface PublishLink {
  readonly client: RedisClient;
  /** Whether that owes no answer. */
  readonly isIdle: boolean;
  /**
   * The client for what is sent now.
   *
   * @param bytes about how much it is
   * @throws InvalidationError ERR_INVALIDATION_UNAVAILABLE when too much waits for answers.
   */
  send(shard: number, bytes: number): Sending;
  /** Closes a connection of its own. */
  close(): void;
}

/** One shard over one client. */
interface Lane {
  /** Sent and not answered. */
  unanswered: number;
  /** Whether something was answered since `silentSince` was last moved. */
  wasHeard: boolean;
  /** When something was sent first after the last answer, or when that was noticed. */
  silentSince: number;
  /** When the silence was first seen to be too long. */
  suspectedAt: number;
}

/** A client and what waits for it. */
interface Route {
  readonly client: RedisClient;
  readonly lanes: Lane[];
  unanswered: number;
  waitingBytes: number;
}

/** What a link is made of. */
export interface PublishLinkOptions {
  readonly shards: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly own: OwnedConnection;
}

/**
 * Publishes over the client that was given while it answers. One that waits on a dead connection may do so for minutes,
 * and is not ours to close: then the link makes a connection of its own, and another one when that falls silent too.
 * What was sent before may still arrive: publishing twice is harmless.
 */
export function createPublishLink(given: RedisClient, options: PublishLinkOptions): PublishLink {
  const { shards, timeoutMs, clock, own } = options;
  let route = routeOver(given);
  let patience = 1;
  let isClosed = false;

  function routeOver(client: RedisClient): Route {
    const lanes = Array.from({ length: shards }, () => ({
      unanswered: 0,
      wasHeard: false,
      silentSince: 0,
      suspectedAt: Infinity,
    }));
    return { client, lanes, unanswered: 0, waitingBytes: 0 };
  }

  /** Twice too long: a process that was held up itself has the answer in its socket, and sees that before it asks again. */
  function isLost(lane: Lane, now: number): boolean {
    if (lane.unanswered === 0 || lane.wasHeard) {
      lane.silentSince = now;
      lane.suspectedAt = Infinity;
    } else if (now - lane.silentSince > timeoutMs * patience) {
      if (now - lane.suspectedAt > timeoutMs * patience) return true;
      lane.suspectedAt = Math.min(lane.suspectedAt, now);
    }
    lane.wasHeard = false;
    return false;
  }

  return {
    get client() {
      return route.client;
    },
    get isIdle() {
      return route.unanswered === 0;
    },
    send(shard, bytes) {
      const now = clock.monotonic();
      if (isLost(route.lanes[shard]!, now) && !isClosed) {
        own.drop();
        patience = Math.min(MAX_PATIENCE, patience * 2);
        route = routeOver(own.get());
        route.lanes[shard]!.silentSince = now;
      }
      const at = route;
      if (at.waitingBytes > 0 && at.waitingBytes + bytes > MAX_WAITING_BYTES) {
        throw new InvalidationError(
          'ERR_INVALIDATION_UNAVAILABLE',
          `the invalidation log does not answer, and ${at.waitingBytes} bytes wait for it`,
        );
      }
      const lane = at.lanes[shard]!;
      lane.unanswered++;
      at.unanswered++;
      at.waitingBytes += bytes;
      return {
        client: at.client,
        answered() {
          lane.unanswered--;
          lane.wasHeard = true;
          at.unanswered--;
          if (at === route) patience = 1;
          at.waitingBytes -= bytes;
        },
      };
    },
    close() {
      isClosed = true;
      own.drop();
    },
  };
}
