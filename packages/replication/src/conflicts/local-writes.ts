import { decodeBlock } from '../block/block-decoder.ts';
import { type JournalKeys, journalKeys } from '../journal/journal-keys.ts';
import { probeJournal } from '../journal/journal-probe.ts';
import { type JournalEntry, readJournal } from '../shipper/journal-reader.ts';
import type { OwnedConnection } from '../owned-connection.ts';
import { compareStreamIds, STREAM_START, type StreamId } from '../operation/stream-id.ts';

/** What it needs. */
export interface LocalWritesOptions {
  readonly connection: OwnedConnection;
  /** The region whose own journal is read. */
  readonly region: string;
  readonly shard: number;
  readonly isFor: (key: Buffer) => boolean;
  /** What the keys may take in memory: their length and 160 bytes each. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Where it begins, and how many operations were appended up to there. @default at the start of the journal */
  readonly from?: { readonly id: StreamId; readonly operations: number };
}

/** The last write of a key in this region. */
export interface LocalWrite {
  readonly id: StreamId;
  readonly isStore: boolean;
}

const ENTRY_BYTES = 160;
/** An entry has 256 KiB at most, unless one operation is larger. */
const READ_ENTRIES = 50;

/** The last write of each key in one shard of this region's own journal, as far back as the journal and the bound reach. */
export class LocalWrites {
  readonly #options: LocalWritesOptions;
  /** Oldest write first. */
  readonly #last = new Map<string, LocalWrite>();
  readonly #keys: JournalKeys;
  #bytes = 0;
  #turn: Promise<boolean> = Promise.resolve(true);
  #readTo: StreamId = STREAM_START;
  #next = 0;
  #knownFrom: StreamId = STREAM_START;

  constructor(options: LocalWritesOptions) {
    this.#options = options;
    this.#keys = journalKeys(options.region, options.shard);
    if (options.from === undefined) return;
    this.#readTo = options.from.id;
    this.#knownFrom = options.from.id;
    this.#next = options.from.operations;
  }

  /** Every write after this id is known. */
  get knownFrom(): StreamId {
    return this.#knownFrom;
  }

  /** Whether there are writes after its start that it does not know. */
  get hasGap(): boolean {
    return this.#knownFrom !== (this.#options.from?.id ?? STREAM_START);
  }

  /** The last write of a key, undefined when none is known. */
  lastOf(key: Buffer): LocalWrite | undefined {
    return this.#last.get(key.toString('latin1'));
  }

  /**
   * Takes in all that was appended before the call. Gives false when the journal has lost its end, so that nothing is
   * sure. @throws ReplicationError `ERR_REPLICATION_REDIS`, `ERR_REPLICATION_BAD_BLOCK`.
   */
  catchUp(): Promise<boolean> {
    // Two at once would read the same entries.
    const mine = this.#turn.then(() => this.#catchUp());
    this.#turn = mine.catch(() => false);
    return mine;
  }

  async #catchUp(): Promise<boolean> {
    const { connection, timeoutMs } = this.#options;
    for (;;) {
      const options = { stream: this.#keys.stream, maxEntries: READ_ENTRIES, blockMs: 0, timeoutMs };
      const entries = await readJournal(connection, { ...options, after: this.#readTo });
      for (const entry of entries) this.#take(entry);
      if (entries.length === READ_ENTRIES) continue;
      if (entries.length > 0 || this.#readTo === STREAM_START) return true;
      // Nothing new: the end is still where it was, unless Redis lost it.
      const { tail } = await connection.run((redis) => probeJournal(redis, this.#keys, this.#readTo), timeoutMs);
      return compareStreamIds(tail, this.#readTo) >= 0;
    }
  }

  #take(entry: JournalEntry): void {
    if (entry.before !== this.#next) {
      // What lies between was trimmed before it was read here.
      this.#last.clear();
      this.#bytes = 0;
      this.#knownFrom = entry.id;
    }
    this.#next = entry.before + entry.operations;
    this.#readTo = entry.id;
    for (const { kind, key } of decodeBlock(entry.block).operations) {
      if (!this.#options.isFor(key)) continue;
      const name = key.toString('latin1');
      if (this.#last.delete(name)) this.#bytes -= name.length + ENTRY_BYTES;
      this.#last.set(name, { id: entry.id, isStore: kind === 'set' });
      this.#bytes += name.length + ENTRY_BYTES;
    }
    for (const [name, { id }] of this.#last) {
      if (this.#bytes <= this.#options.maxBytes) break;
      this.#last.delete(name);
      this.#bytes -= name.length + ENTRY_BYTES;
      this.#knownFrom = id;
    }
  }
}
