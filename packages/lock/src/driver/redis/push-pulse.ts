import type { Clock, RedisClient, Timer } from '@lockstep/core';

import type { SentAt } from './step.ts';

/** A connection that does not answer for so long is dead: so many periods, and no less than the second number of ms. */
const PATIENCE_PERIODS = 4;
const MIN_PATIENCE_MS = 1000;

/** What to watch. */
export interface PushPulseOptions {
  readonly clock: Clock;
  readonly periodMs: number;
  /** Resolves when what was sent over the connection has come back. */
  readonly ask: (connection: RedisClient) => Promise<unknown>;
  /** The connection does not answer. */
  readonly onSilence: () => void;
}

/**
 * Asks a connection that is pushed to whether it lives. Where it asks by PING, replies and pushes come in one order, so
 * that what is pushed after the answer was granted after the PING was sent.
 */
export interface PushPulse {
  /** When the last question that was answered was sent; -Infinity when none was. */
  readonly last: SentAt;
  /** Begins, or goes on with another connection, which is asked at once. */
  start(client: RedisClient): void;
  stop(): void;
}

const NEVER: SentAt = { sentAt: -Infinity, sentAtWall: -Infinity };

/** Makes a pulse that stands still. */
export function createPushPulse({ clock, periodMs, ask, onSilence }: PushPulseOptions): PushPulse {
  let last = NEVER;
  let generation = 0;
  let timer: Timer | undefined;

  async function beat(client: RedisClient, mine: number): Promise<void> {
    const sent = { sentAt: clock.monotonic(), sentAtWall: clock.now() };
    timer = clock.setTimer(
      () => {
        if (mine === generation) onSilence();
      },
      Math.max(MIN_PATIENCE_MS, PATIENCE_PERIODS * periodMs),
    );
    try {
      await ask(client);
    } catch {
      // The connection broke: it says so by itself.
      return;
    }
    if (mine !== generation) return;
    last = sent;
    timer.cancel();
    timer = clock.setTimer(() => void beat(client, mine), periodMs);
  }

  function stop(): void {
    generation++;
    timer?.cancel();
    timer = undefined;
    last = NEVER;
  }

  return {
    get last() {
      return last;
    },
    start(client) {
      stop();
      void beat(client, generation);
    },
    stop,
  };
}
