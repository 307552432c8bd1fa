import { type Clock, withDeadline } from '@lockstep/core';

import { compareStreamIds, type StreamId } from '../operation/stream-id.ts';

/** Keeps a lane taken until `work` has settled, whoever stops waiting for it before. Gives `work` back. */
export type Hold = <T>(work: Promise<T>) => Promise<T>;

/** How a wait for the turn is bounded. */
export interface TurnOptions {
  readonly ms: number;
  readonly clock: Clock;
}

/**
 * One source and shard at a receiver: its batches are applied one after the other.
 *
 * Work that was given up on still holds the lane until it has settled. Otherwise the same batch, sent
 * again, would be applied beside it, and the late copy could win over what came after.
 */
export class Lane {
  #cursor: StreamId | undefined;
  #tail: Promise<void> = Promise.resolve();
  /** Batches that wait for the cursor to come to where they begin. */
  readonly #waiting = new Set<{ readonly prev: StreamId; readonly wake: () => void }>();

  /** Where the lane stands, as far as this process knows; Redis has the last word. */
  get cursor(): StreamId | undefined {
    return this.#cursor;
  }

  set cursor(cursor: StreamId | undefined) {
    this.#cursor = cursor;
    // One that begins before the cursor has missed its turn, or is a duplicate.
    if (cursor !== undefined) {
      for (const { prev, wake } of this.#waiting) if (compareStreamIds(prev, cursor) <= 0) wake();
    }
  }

  /** Resolves when the cursor is known to have come to `prev` or beyond, and after `ms` in any case. */
  async turn(prev: StreamId, { ms, clock }: TurnOptions): Promise<void> {
    let wake!: () => void;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // It may have come there while this batch was still being looked at.
    if (this.#cursor !== undefined && compareStreamIds(prev, this.#cursor) <= 0) return;
    const waiter = { prev, wake };
    const timer = clock.setTimer(wake, ms);
    this.#waiting.add(waiter);
    await woken;
    this.#waiting.delete(waiter);
    timer.cancel();
  }

  /** Whether no batch that waits begins before `prev`. */
  isFirst(prev: StreamId): boolean {
    for (const waiter of this.#waiting) if (compareStreamIds(waiter.prev, prev) < 0) return false;
    return true;
  }

  /** Runs `work` after all that was given before. @throws `onTimeout()` when its turn does not come within `ms`. */
  async enter<T>(
    work: (hold: Hold) => Promise<T>,
    options: { ms: number; clock: Clock; onTimeout: () => Error },
  ): Promise<T> {
    const before = this.#tail;
    const held: Promise<unknown>[] = [before];
    const hold: Hold = (promise) => {
      held.push(promise);
      return promise;
    };
    let leave!: (settled: Promise<void>) => void;
    this.#tail = new Promise<void>((resolve) => {
      leave = resolve;
    });
    try {
      await withDeadline(before, options);
      return await work(hold);
    } finally {
      // The results are let go of here: each turn would otherwise keep those of all before it.
      leave(Promise.allSettled(held).then(() => undefined));
    }
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
