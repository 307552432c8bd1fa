import { type Clock, createBackoff, sleep } from '@lockstep/core';

import type { Operation } from '../operation/operation.ts';

/** What it needs. */
export interface LateWritesOptions {
  /** Deletes the keys of operations, or rejects when that is not confirmed. */
  readonly forget: (operations: readonly Operation[]) => Promise<void>;
  /** Told of each attempt that failed. */
  readonly onFailure: () => void;
  readonly clock: Clock;
}

/** Takes back what may have been written after another process took the lane over, for as long as that takes. */
export class LateWrites {
  readonly #options: LateWritesOptions;
  readonly #stop = new AbortController();
  /** Batches that were taken back. */
  takenBack = 0;

  constructor(options: LateWritesOptions) {
    this.#options = options;
  }

  /**
   * Deletes the keys of `operations`: until it does, an older value may lie there that nobody would write over.
   * Resolves when they are gone, or when one more attempt has failed after `close()`. Never rejects.
   */
  async takeBack(operations: () => readonly Operation[]): Promise<void> {
    const { forget, onFailure, clock } = this.#options;
    const late = operations();
    if (late.length === 0) return;
    const backoff = createBackoff();
    for (;;) {
      const isLast = this.#stop.signal.aborted;
      try {
        await forget(late);
        this.takenBack += 1;
        return;
      } catch {
        onFailure();
      }
      if (isLast) return;
      await sleep(backoff.next(), { signal: this.#stop.signal, clock }).catch(() => {
        // It is closed: one attempt is left.
      });
    }
  }

  /** Lets what is still to be taken back be tried once more. */
  close(): void {
    this.#stop.abort();
  }
}
