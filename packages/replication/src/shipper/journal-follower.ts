import { type Backoff, type Clock, createBackoff, describeError, sleep } from '@lockstep/core';

import { type JournalEntry, readJournal } from './journal-reader.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import type { PendingEntries } from './pending-entries.ts';
import { lingerAt, processLoad } from './process-load.ts';
import { Wake } from './wake.ts';

/** What a follower needs. */
export interface JournalFollowerOptions {
  readonly stream: string;
  /** The follower's own: reads block on it. */
  readonly connection: OwnedConnection;
  /** Where the entries go. */
  readonly pending: PendingEntries;
  /** It reads no further while so many bytes are pending. */
  readonly maxAheadBytes: number;
  /** Whether nothing gets through. Then it reads no further than what can be sent first. */
  readonly isStuck: () => boolean;
  /** Whether another shipper sends the entries. Then it reads none. */
  readonly standsBy: () => boolean;
  readonly blockMs: number;
  /** After a read that brought all there was, the next one waits so long for more to come together; see `lingerAt`. */
  readonly lingerMs: number;
  /** How busy the process is, from 0 to 1. @default processLoad */
  readonly load?: () => number;
  readonly timeoutMs: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly clock: Clock;
  readonly onRead: (entries: readonly JournalEntry[]) => void;
  /** Called with what failed, and with undefined after what succeeded. */
  readonly onOutcome: (error: Error | undefined) => void;
}

/** Most entries read at once. */
const MAX_READ_ENTRIES = 100;
/** Bytes that one read should bring, as far as the size of entries can be guessed. */
const READ_BYTES = 1024 * 1024;

/** Reads the journal of one shard ahead of what its receiver has confirmed, up to a bound. */
export class JournalFollower {
  readonly #options: JournalFollowerOptions;
  readonly #backoff: Backoff;
  readonly #wake = new Wake();
  #isStarted = false;
  #averageBytes = READ_BYTES;
  /** Monotonic moment before which nothing is read. */
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(options: JournalFollowerOptions) {
    this.#options = options;
    this.#backoff = createBackoff(options.retry);
  }

  /** The place to read from is known, there is room again, or something gets through again. */
  nudge(): void {
    this.#isStarted = true;
    this.#wake.set();
  }

  /** Reads until the signal aborts; `nudge` starts it. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onOutcome } = this.#options;
    const stop = (): void => this.#wake.set();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      if (!this.#isStarted || this.#isFarEnough()) {
        await this.#wake.sleep();
        continue;
      }
      try {
        // What was written first went at once; a read, and a batch, for each of those that follow would cost many times
        // what carrying them together does.
        const restMs = this.#restsUntil - clock.monotonic();
        if (restMs > 0) await sleep(restMs, { signal, clock });
        await this.#readOnce();
        this.#backoff.reset();
        onOutcome(undefined);
      } catch (error) {
        if (signal.aborted) return;
        onOutcome(error instanceof Error ? error : new Error(describeError(error)));
        await sleep(this.#backoff.next(), { signal, clock }).catch(() => {
          // The signal aborted: the loop ends by its own condition.
        });
      }
    }
  }

  /** What is read through a long partition would only lie in memory; the journal keeps it at less. */
  #isFarEnough(): boolean {
    const { pending, maxAheadBytes, isStuck, standsBy } = this.#options;
    if (standsBy()) return true;
    return pending.bytes >= maxAheadBytes || (isStuck() && pending.nextBatch()?.isFull === true);
  }

  async #readOnce(): Promise<void> {
    const { pending, connection, stream, blockMs, timeoutMs, maxAheadBytes, clock, onRead } = this.#options;
    const { lingerMs, load = processLoad, standsBy } = this.#options;
    const after = pending.readAfter;
    const room = Math.min(READ_BYTES, maxAheadBytes - pending.bytes);
    const maxEntries = Math.min(MAX_READ_ENTRIES, Math.max(1, Math.floor(room / this.#averageBytes)));
    const entries = await readJournal(connection, { stream, after, maxEntries, blockMs, timeoutMs });
    let bytes = 0;
    for (const { block } of entries) bytes += block.length;
    if (entries.length > 0) this.#averageBytes = Math.max(1, (this.#averageBytes + bytes / entries.length) / 2);
    // The receiver may have turned out to stand elsewhere meanwhile.
    if (pending.readAfter !== after || standsBy()) return;
    const isAll = entries.length < maxEntries;
    if (isAll && entries.length > 0) this.#restsUntil = clock.monotonic() + lingerAt(lingerMs, load());
    pending.add(entries, isAll);
    onRead(entries);
  }
}
