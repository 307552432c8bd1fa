import { FRAME_HEADER_BYTES } from '../transport/batch-body.ts';
import type { JournalEntry } from './journal-reader.ts';
import { compareStreamIds, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** How large a batch may be. A single larger block is a batch alone. */
export interface BatchLimits {
  readonly maxBatchOperations: number;
  readonly maxBatchBytes: number;
}

/** Consecutive entries that make the next batch. */
export interface PendingBatch {
  /** What they follow. */
  readonly prev: StreamId;
  readonly entries: readonly JournalEntry[];
  /** Whether the limits, and not the lack of entries, ended it. */
  readonly isFull: boolean;
}

/** What a link has read and its receiver has not confirmed: consecutive entries after a cursor, the first of them sent. */
export class PendingEntries {
  readonly #limits: BatchLimits;
  #entries: JournalEntry[] = [];
  #cursor: StreamId = STREAM_START;
  #bytes = 0;
  /** How many entries, from the oldest, are on their way. */
  #sent = 0;
  /** The newest entry of a batch that was ever sent after an id: of that one, part may have been applied. */
  readonly #reach = new Map<StreamId, StreamId>();
  /** Whether the journal had no more when it was last read. */
  #isAtEnd = false;

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

  /** What the entries take in memory, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds what was read after `readAfter`, and whether that was all there is. */
  add(entries: readonly JournalEntry[], isAll: boolean): void {
    for (const entry of entries) this.#bytes += sizeOf(entry);
    this.#entries.push(...entries);
    this.#isAtEnd = isAll;
  }

  /** Notes that a batch after `prev`, up to `last`, may have been applied in part: the next one there must not be shorter. */
  reach(prev: StreamId, last: StreamId): void {
    const known = this.#reach.get(prev);
    if (known === undefined || compareStreamIds(known, last) < 0) this.#reach.set(prev, last);
  }

  /**
   * The next batch that is not on its way: the oldest entries, up to the limits, at least one; undefined where
   * there is none yet. A batch that may have been applied in part is never sent again cut shorter, which could
   * show an older value for a moment.
   */
  nextBatch(): PendingBatch | undefined {
    const prev = this.#entries[this.#sent - 1]?.id ?? this.#cursor;
    const reach = this.#reach.get(prev);
    const { maxBatchOperations, maxBatchBytes } = this.#limits;
    let [operations, bytes, end] = [0, 0, this.#sent];
    let isFull = false;
    for (; end < this.#entries.length; end += 1) {
      const entry = this.#at(end);
      operations += entry.operations;
      bytes += sizeOf(entry);
      isFull = operations > maxBatchOperations || bytes > maxBatchBytes;
      const isOptional = reach === undefined || compareStreamIds(entry.id, reach) > 0;
      if (isFull && isOptional && end > this.#sent) break;
    }
    if (end === this.#sent) return undefined;
    const newest = this.#at(end - 1);
    if (reach !== undefined && compareStreamIds(newest.id, reach) < 0 && !this.#isAtEnd) return undefined;
    isFull ||= operations >= maxBatchOperations;
    return { prev, entries: this.#entries.slice(this.#sent, end), isFull };
  }

  /** The batch that `nextBatch` gave is on its way. */
  markSent({ prev, entries }: PendingBatch): void {
    const newest = entries.at(-1);
    if (newest === undefined) return;
    this.#sent += entries.length;
    this.reach(prev, newest.id);
  }

  /** Nothing is on its way any more: the next batch follows the cursor. */
  rewind(): void {
    this.#sent = 0;
  }

  /** Drops all entries: another shipper sends them. */
  forget(): void {
    this.#clear();
  }

  /** Takes over the receiver's cursor. Returns what it confirms of the pending entries. */
  moveTo(cursor: StreamId): readonly JournalEntry[] {
    let confirmed = 0;
    // A cursor that went back means that the receiver forgot: what lies between must be read again.
    if (compareStreamIds(cursor, this.#cursor) < 0) this.#clear();
    for (const { id } of this.#entries) {
      if (compareStreamIds(id, cursor) > 0) break;
      confirmed += 1;
    }
    this.#cursor = cursor;
    this.#sent = Math.max(0, this.#sent - confirmed);
    for (const prev of this.#reach.keys()) if (compareStreamIds(prev, cursor) < 0) this.#reach.delete(prev);
    const gone = this.#entries.splice(0, confirmed);
    for (const entry of gone) this.#bytes -= sizeOf(entry);
    return gone;
  }

  #clear(): void {
    this.#entries = [];
    this.#bytes = 0;
    this.#sent = 0;
    this.#reach.clear();
  }

  #at(index: number): JournalEntry {
    const entry = this.#entries[index];
    if (entry === undefined) throw new RangeError(`no entry at ${index}`);
    return entry;
  }
}

function sizeOf(entry: JournalEntry): number {
  return FRAME_HEADER_BYTES + entry.block.length;
}
