import { type Clock, createBackoff, sleep } from '@lockstep/core';

import { connectQueue, type QueueConnection } from './queue-connection.ts';
import type { QueueNode, QueueRules } from './queue-rules.ts';

/** A node that answers at once although it was asked to wait does not wait: this share of the time shows it. */
const WAITED_SHARE = 0.5;

/** How an item is asked for. */
const NEXT: Readonly<Record<QueueRules['mode'], (queue: string, pollMs: number) => string>> = {
  reliable: (queue, pollMs) => `get ${queue}/t=${pollMs}/open`,
  plain: (queue, pollMs) => `get ${queue}/t=${pollMs}`,
  polled: (queue) => `get ${queue}`,
};

/** What one lane is given. */
export interface QueueLaneOptions {
  readonly node: QueueNode;
  readonly queue: string;
  readonly rules: QueueRules;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends the lane: what was not delivered goes back to the queue. */
  readonly stop: AbortSignal;
  /** Resolves true once the client's socket has the item, false when it will not. Never rejects. */
  readonly deliver: (item: Buffer) => Promise<boolean>;
  readonly onUp: () => void;
  readonly onDown: (error: Error) => void;
}

/**
 * Drains a queue of one node over one connection, an item at a time, until it is stopped. Connects again, with
 * growing pauses, when the connection fails. Never rejects.
 */
export async function runQueueLane(options: QueueLaneOptions): Promise<void> {
  const { node, queue, rules, clock, random, stop, onDown } = options;
  const { maxItemBytes, connectTimeoutMs } = rules;
  const backoff = createBackoff({ minMs: 50, maxMs: 2000, random });
  while (!stop.aborted) {
    let connection: QueueConnection | undefined;
    try {
      connection = await connectQueue({ node, queue, maxItemBytes, connectTimeoutMs, clock, signal: stop });
      await drain(connection, options, () => backoff.reset());
    } catch (error) {
      // The server puts an open item back when its connection ends.
      connection?.destroy();
      if (stop.aborted) return;
      onDown(error as Error);
      // Only stopping ends the pause early, and the loop sees that itself.
      await sleep(backoff.next(), { signal: stop, clock }).catch(() => undefined);
    }
  }
}

async function drain(connection: QueueConnection, options: QueueLaneOptions, onAnswer: () => void): Promise<void> {
  const { queue, rules, clock, stop, deliver, onUp } = options;
  const { mode, pollMs, replyTimeoutMs } = rules;
  const isReliable = mode === 'reliable';
  const next = NEXT[mode](queue, pollMs);
  // A server that is asked without a time answers at once.
  const answerMs = (mode === 'polled' ? 0 : pollMs) + replyTimeoutMs;
  const confirmAndNext = `get ${queue}/close/t=${pollMs}/open`;
  let isUnconfirmed = false;
  while (!stop.aborted) {
    const askedAt = clock.monotonic();
    const item = await connection.request(isUnconfirmed ? confirmAndNext : next, answerMs);
    isUnconfirmed = false;
    onAnswer();
    onUp();
    if (item === undefined) {
      // So does memcached, which takes the options for a part of the key: it would be asked without a pause.
      const waitedMs = clock.monotonic() - askedAt;
      if (waitedMs < pollMs * WAITED_SHARE) await sleep(pollMs - waitedMs, { signal: stop, clock });
      continue;
    }
    if (!(await deliver(item))) {
      if (isReliable) connection.endWith(`get ${queue}/abort`);
      else connection.destroy();
      return;
    }
    isUnconfirmed = isReliable;
  }
  if (isUnconfirmed) connection.endWith(`get ${queue}/close`);
  else connection.destroy();
}
