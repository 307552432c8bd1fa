import { type Clock, withDeadline } from '@lockstep/core';

import type { StreamId } from './stream-id.ts';

/** Keeps a lane taken until `work` has settled, whoever stops waiting for it before. Gives `work` back. */
export type Hold = <T>(work: Promise<T>) => Promise<T>;

/**
 * One source and shard at a receiver: its batches are applied one after the other.
 *
 * Work that was given up on still holds the lane until it has settled. Otherwise the same batch, sent
 * again, would be applied beside it, and the late copy could win over what came after.
 */
export class Lane {
  /** Where the lane stands, as far as this process knows; Redis has the last word. */
  cursor: StreamId | undefined;
  #tail: Promise<void> = Promise.resolve();

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
