import { type Clock, createBackoff, type RedisClient, type Timer } from '@lockstep/core';

import type { OwnedConnection } from './owned-connection.ts';
import { toInvalidationError } from './redis-failure.ts';

/** After so many reads in a row that brought what no push had, the connection is replaced. */
const PATIENCE = 2;

/** What to listen to. */
export interface PushSubscriptionOptions {
  readonly connection: OwnedConnection;
  /** By shard. */
  readonly channels: readonly string[];
  /** Whether the channels are sharded ones. */
  readonly isSharded: boolean;
  readonly onPush: (shard: number, message: string) => void;
  /** Everything from now on is pushed; what came before may have been missed. */
  readonly onListening: () => void;
  readonly onError: (error: Error) => void;
  /** After how long, at most, a lost connection is made again. */
  readonly maxPauseMs: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Hears what is pushed. It is a wake-up: what it misses, the log still has. */
export interface PushSubscription {
  /** Makes sure that it listens, or is about to. */
  ensure(): void;
  /** The log was read; `hadNews` when that brought entries that were not pushed before. */
  noteRead(hadNews: boolean): void;
  close(): void;
}

/**
 * A subscription that listens from the first `ensure()` on, over a connection of its own. A connection that was lost
 * is not left to reconnect by itself, but replaced: ioredis subscribes again in a way that ends the process when the
 * connection is dropped meanwhile.
 */
export function createPushSubscription(options: PushSubscriptionOptions): PushSubscription {
  const { connection, channels, isSharded, onPush, onListening, onError, maxPauseMs, clock, random } = options;
  const shards = new Map(channels.map((channel, shard) => [channel, shard]));
  const pauses = createBackoff({ minMs: Math.min(20, maxPauseMs), maxMs: maxPauseMs, random });
  /** Tells connections apart, so that a replaced one says nothing any more. */
  let generation = 0;
  let isOpen = false;
  let isListening = false;
  let isAsking = false;
  let missedReads = 0;
  let reopening: Timer | undefined;
  let isClosed = false;

  function open(): void {
    isOpen = true;
    const mine = ++generation;
    const client = connection.get();
    client.on(isSharded ? 'smessage' : 'message', (channel, message) => {
      const shard = shards.get(channel);
      if (mine !== generation || shard === undefined) return;
      missedReads = 0;
      onPush(shard, message);
    });
    // A client without an offline queue refuses what it is asked before.
    client.on('ready', () => {
      if (mine === generation) void subscribe(client, mine);
    });
    client.on('close', () => {
      if (mine !== generation) return;
      drop();
      reopening = clock.setTimer(reopen, pauses.next());
    });
    void subscribe(client, mine);
  }

  function reopen(): void {
    reopening = undefined;
    if (!isClosed && !isOpen) open();
  }

  async function subscribe(client: RedisClient, mine: number): Promise<void> {
    if (isAsking || isListening) return;
    isAsking = true;
    try {
      // A sharded subscription takes the channels of one slot only.
      const calls = isSharded ? channels.map((channel) => [channel]) : [channels];
      await Promise.all(calls.map((names) => client.call(isSharded ? 'ssubscribe' : 'subscribe', ...names)));
      if (mine !== generation) return;
      isListening = true;
      pauses.reset();
      onListening();
    } catch (error) {
      if (mine === generation) onError(toInvalidationError(error, 'the invalidation log cannot be listened to'));
    } finally {
      if (mine === generation) isAsking = false;
    }
  }

  function drop(): void {
    generation++;
    isOpen = false;
    isListening = false;
    isAsking = false;
    missedReads = 0;
    reopening?.cancel();
    reopening = undefined;
    connection.drop();
  }

  return {
    ensure() {
      if (isClosed || reopening !== undefined) return;
      if (!isOpen) open();
      else if (!isListening) void subscribe(connection.get(), generation);
    },
    noteRead(hadNews) {
      if (!hadNews || isClosed || !isOpen) return;
      missedReads++;
      if (missedReads < PATIENCE) return;
      drop();
      open();
    },
    close() {
      isClosed = true;
      drop();
    },
  };
}
