import type { Key } from '@lockstep/memcache';

import type { ReadOutcome } from '../../../backend/backend.ts';
import type { Backend } from '../../../backend/backend.ts';
import { batchTooLarge } from './batch-error.ts';
import type { BatchOutcome } from './batch-op.ts';
import { overloaded, type PendingReply } from './pending-replies.ts';

/** Keys of one read. */
const KEYS_PER_READ = 128;

/** What a batch of reads is bounded by. */
export interface ChunkOptions {
  readonly maxReplyBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly pending: PendingReply;
}

/** Reads the keys of one batch, over all of its waves. */
export class ChunkReader {
  readonly #backend: Backend;
  readonly #options: ChunkOptions;
  /** Of the values that were read, and what those on their way are expected to have. */
  #replyBytes = 0;
  #expectedBytes = 0;

  constructor(backend: Backend, options: ChunkOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /**
   * Reads in chunks of 128 keys, and starts the next one while what is expected of all of them fits into the answer:
   * then there is one round trip per node. Tells the outcome of each key by its position. Rejects with the reason of
   * the signal only.
   */
  async read(keys: readonly Key[], tell: (position: number, outcome: BatchOutcome) => void): Promise<void> {
    const { maxReplyBytes, pending, signal } = this.#options;
    const underWay = new Set<Promise<void>>();
    try {
      for (let start = 0; start < keys.length; start += KEYS_PER_READ) {
        const part = start === 0 && keys.length <= KEYS_PER_READ ? keys : keys.slice(start, start + KEYS_PER_READ);
        const estimate = pending.estimate(part.length);
        while (underWay.size > 0 && this.#replyBytes + this.#expectedBytes + estimate > maxReplyBytes)
          await Promise.race(underWay);
        signal?.throwIfAborted();
        if (this.#replyBytes > maxReplyBytes) part.forEach((_, index) => tell(start + index, this.#tooMuch()));
        else if (!pending.book(estimate)) part.forEach((_, index) => tell(start + index, refused()));
        else {
          const read: Promise<void> = this.#readChunk(part, estimate, (index, outcome) => tell(start + index, outcome));
          underWay.add(read);
          read.then(
            () => underWay.delete(read),
            () => underWay.delete(read),
          );
        }
      }
    } finally {
      // None is left that nobody hears of.
      await Promise.allSettled(underWay);
    }
    signal?.throwIfAborted();
  }

  async #readChunk(
    keys: readonly Key[],
    estimate: number,
    tell: (index: number, outcome: BatchOutcome) => void,
  ): Promise<void> {
    const { pending, signal, maxReplyBytes } = this.#options;
    this.#expectedBytes += estimate;
    let items: ReadOutcome[] = [];
    try {
      items = await this.#backend.getMany(keys, { signal });
    } finally {
      this.#expectedBytes -= estimate;
      const bytes = items.reduce(
        (sum, item) => sum + (item === undefined || item instanceof Error ? 0 : item.value.length),
        0,
      );
      // Of a read that failed there is nothing to learn.
      pending.unbook(estimate, items.length, bytes);
    }
    items.forEach((item, index) => {
      if (item === undefined) return;
      if (item instanceof Error) {
        tell(index, { status: 'error', error: item });
        return;
      }
      this.#replyBytes += item.value.length;
      if (this.#replyBytes > maxReplyBytes) tell(index, this.#tooMuch());
      else if (pending.take(item.value.length)) tell(index, { status: 'hit', item });
      else tell(index, refused());
    });
  }

  #tooMuch(): BatchOutcome {
    const message = `the values of one batch have at most ${this.#options.maxReplyBytes} bytes: ask for this key again`;
    return { status: 'error', error: batchTooLarge(message) };
  }
}

function refused(): BatchOutcome {
  return { status: 'error', error: overloaded() };
}
