import { type Clock, createBackoff, type RedisClient, type RedisConnection, type Timer } from '@lockstep/core';

import { createPushPulse } from './push-pulse.ts';
import { silenceError, toLockError } from './redis-failure.ts';
import type { SentAt } from './step.ts';

/** What a process tells itself in a Cluster, and how often at the most, in ms: every node passes it on to all others. */
const ECHO = 'echo';
const MIN_ECHO_MS = 1000;
/**
 * In ms: so long a connection may take until it listens; twice as long after each that did not, up to the second: a client
 * that asks one Sentinel after the other may need its time. Until it listens, no pulse tells that it hangs.
 */
const MIN_OPENING_MS = 5000;
const MAX_OPENING_MS = 40_000;

/** What to listen to. */
export interface GrantSubscriptionOptions {
  readonly client: RedisClient;
  readonly channel: string;
  readonly isCluster: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** How often to PING while something waits, in ms. */
  readonly pingMs: number;
  /** `sent` is a moment before which the message was not sent. */
  readonly onPush: (message: string, sent: SentAt) => void;
  /** It listens again; what was pushed before may have been missed. */
  readonly onListening: () => void;
  readonly onError: (error: Error) => void;
}

/** Hears what is pushed to this process. */
export interface GrantSubscription {
  /** What the scripts are to know of who is told: see `tell`. */
  readonly receivers: '0' | '1' | 's';
  /** Whether it hears of the lock at `base`. */
  isListeningTo(base: string): boolean;
  /** Listens if need be; resolves with whether it does, at the latest after `ms`. */
  ensure(base: string, ms: number): Promise<boolean>;
  /** How many wait in all. */
  setWaiting(count: number): void;
  /** `owner` is about to wait for the lock at `base`. */
  waits(base: string, owner: string): void;
  /** `owner` waits no longer. */
  left(base: string, owner: string): void;
  close(): void;
}

/**
 * A subscription over one connection that begins with the first `ensure()`. A connection that was lost is replaced, not left to reconnect:
 * ioredis subscribes again in a way that ends the process when the connection is dropped meanwhile.
 */
export function createGrantSubscription(options: GrantSubscriptionOptions): GrantSubscription {
  const { client, channel, isCluster, clock, random, pingMs, onPush, onListening, onError } = options;
  const pauses = createBackoff({ minMs: 20, maxMs: 500, random });
  const pulse = createPushPulse({
    clock,
    periodMs: isCluster ? Math.max(MIN_ECHO_MS, pingMs) : pingMs,
    ask: isCluster ? hearEcho : (own) => own.call('PING'),
    onSilence: replace,
  });
  let heardEcho: (() => void) | undefined;
  let connection: RedisConnection | undefined;
  let isListening = false;
  let isAsking = false;
  let isClosed = false;
  let waiting = 0;
  let reopening: Timer | undefined;
  /** Stands while there is a connection that does not listen yet. */
  let opening: Timer | undefined;
  let openingMs = MIN_OPENING_MS;
  const ensuring = new Set<(isUp: boolean) => void>();

  /** A PING to a Cluster goes to any node, and not to the one that pushes. */
  function hearEcho(): Promise<void> {
    return new Promise((resolve, reject) => {
      heardEcho = resolve;
      client.call('PUBLISH', channel, ECHO).catch(reject);
    });
  }

  function open(): void {
    reopening = undefined;
    if (isClosed || connection !== undefined) return;
    const mine = client.duplicate();
    connection = mine;
    opening = clock.setTimer(giveUp, openingMs);
    mine.on('error', (error) => {
      if (mine === connection) onError(toLockError(error));
    });
    mine.on('message', (from, message) => {
      if (mine !== connection || from !== channel) return;
      if (message === ECHO) heardEcho?.();
      else onPush(message, pulse.last);
    });
    mine.on('ready', () => void subscribe(mine));
    mine.on('close', () => {
      if (mine === connection) replace();
    });
    void subscribe(mine);
  }

  async function subscribe(mine: RedisConnection): Promise<void> {
    if (mine !== connection || isAsking || isListening) return;
    isAsking = true;
    try {
      await mine.call('subscribe', channel);
      if (mine !== connection) return;
      isListening = true;
      opening?.cancel();
      openingMs = MIN_OPENING_MS;
      pauses.reset();
      if (waiting > 0) pulse.start(mine);
      answer(true);
      onListening();
    } catch (error) {
      // A client without an offline queue refuses before it is ready, and is asked again then.
      if (mine === connection) onError(toLockError(error));
    } finally {
      if (mine === connection) isAsking = false;
    }
  }

  function drop(): void {
    const old = connection;
    connection = undefined;
    isListening = false;
    isAsking = false;
    opening?.cancel();
    pulse.stop();
    old?.disconnect();
  }

  /** It may be accepted and then hang for ever, and its client wait for ever. */
  function giveUp(): void {
    onError(silenceError(openingMs));
    openingMs = Math.min(2 * openingMs, MAX_OPENING_MS);
    replace();
  }

  function replace(): void {
    drop();
    reopening?.cancel();
    if (!isClosed) reopening = clock.setTimer(open, pauses.next());
  }

  function answer(isUp: boolean): void {
    for (const resolve of ensuring) resolve(isUp);
  }

  return {
    // In a Cluster PUBLISH counts those who hear it on one node only.
    receivers: isCluster ? '0' : '1',
    isListeningTo: () => isListening,
    ensure(_base, ms) {
      if (isListening || isClosed) return Promise.resolve(isListening);
      if (reopening === undefined) open();
      return new Promise((resolve) => {
        const settle = (isUp: boolean): void => {
          timer.cancel();
          ensuring.delete(settle);
          resolve(isUp);
        };
        const timer = clock.setTimer(() => settle(false), ms);
        ensuring.add(settle);
      });
    },
    setWaiting(count) {
      const was = waiting;
      waiting = count;
      if (connection === undefined || !isListening) return;
      if (was === 0 && count > 0) pulse.start(connection);
      else if (count === 0) pulse.stop();
    },
    waits: () => undefined,
    left: () => undefined,
    close() {
      isClosed = true;
      reopening?.cancel();
      drop();
      answer(false);
    },
  };
}
