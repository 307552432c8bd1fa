import { FRAME_HEADER_BYTES } from './batch-body.ts';
import type { JournalEntry } from './journal-reader.ts';
import { compareStreamIds, STREAM_START, type StreamId } from './stream-id.ts';

/** How large a batch may be. A single larger block is a batch alone. */
export interface BatchLimits {
  readonly maxBatchOperations: number;
  readonly maxBatchBytes: number;
}

/** What a link has read and its receiver has not confirmed: consecutive entries after a cursor. */
export class PendingEntries {
  readonly #limits: BatchLimits;
  #entries: JournalEntry[] = [];
  #cursor: StreamId = STREAM_START;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** The receiver's cursor. */
  get cursor(): StreamId {
    return this.#cursor;
  }

  /** The oldest entry that is not confirmed. */
  get oldest(): JournalEntry | undefined {
    return this.#entries[0];
  }

  /** The id to read after. */
  get readAfter(): StreamId {
    return this.#entries.at(-1)?.id ?? this.#cursor;
  }

  /** Adds what was read after `readAfter`. */
  add(entries: readonly JournalEntry[]): void {
    this.#entries.push(...entries);
  }

  /** Whether reading more could not make the next batch larger. */
  get hasFullBatch(): boolean {
    const size = this.#batchLength();
    return size < this.#entries.length || this.#operations(size) >= this.#limits.maxBatchOperations;
  }

  /**
   * The next batch: the oldest entries, up to the limits, at least one where there is one. As long as
   * the cursor stays, a later call gives at least the same entries: a batch that may have been
   * applied is never sent again cut shorter, which could show an older value for a moment.
   */
  nextBatch(): readonly JournalEntry[] {
    return this.#entries.slice(0, this.#batchLength());
  }

  /** Takes over the receiver's cursor. Returns the newest entry that it confirms, where that was pending. */
  moveTo(cursor: StreamId): JournalEntry | undefined {
    let confirmed = 0;
    // A cursor that went back means that the receiver forgot: what lies between must be read again.
    if (compareStreamIds(cursor, this.#cursor) < 0) this.#entries = [];
    for (const { id } of this.#entries) {
      if (compareStreamIds(id, cursor) > 0) break;
      confirmed += 1;
    }
    this.#cursor = cursor;
    return this.#entries.splice(0, confirmed).at(-1);
  }

  #batchLength(): number {
    const { maxBatchOperations, maxBatchBytes } = this.#limits;
    let operations = 0;
    let bytes = 0;
    let length = 0;
    for (const entry of this.#entries) {
      operations += entry.operations;
      bytes += FRAME_HEADER_BYTES + entry.block.length;
      if (length > 0 && (operations > maxBatchOperations || bytes > maxBatchBytes)) break;
      length += 1;
    }
    return length;
  }

  #operations(length: number): number {
    let operations = 0;
    for (const entry of this.#entries.slice(0, length)) operations += entry.operations;
    return operations;
  }
}
