import type { StreamFormat } from './stream-format.ts';
import type { ToldKeys } from './told-keys.ts';

/** Keys to forget, as one entry of the log told them. */
export interface Change {
  readonly id: string;
  readonly keys: readonly string[];
  /** What else is invalidated: all that carries one of them. */
  readonly tags: readonly string[];
  /** The keys as clients know them, made once for all clients. */
  told?: ToldKeys;
  /** The whole entry as an event, made once for all clients that hear all keys. */
  readonly encoded: Partial<Record<StreamFormat, Buffer>>;
}

/** How long the ring is. */
export interface ChangeRingOptions {
  readonly maxEntries: number;
  /** The keys of all entries, in UTF-16 code units, count as bytes here. */
  readonly maxBytes: number;
}

/** The last entries of a log, without a gap, numbered in the order of their arrival. */
export class ChangeRing {
  readonly #options: ChangeRingOptions;
  #changes: (Change | undefined)[] = [];
  /** The number of each entry here. */
  readonly #numbers = new Map<string, number>();
  /** Where in `#changes` the first one is. */
  #head = 0;
  #first = 0;
  #bytes = 0;
  #start = '0-0';

  constructor(options: ChangeRingOptions) {
    this.#options = options;
  }

  /** The id after which nothing is missing. */
  get start(): string {
    return this.#start;
  }

  /** The id of the last entry, or `start`. */
  get tail(): string {
    return this.#changes.at(-1)?.id ?? this.#start;
  }

  /** The number of the oldest entry here. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next entry will get. */
  get next(): number {
    return this.#first + this.#changes.length - this.#head;
  }

  /** Forgets all entries; the log goes on after `id`. Numbers go on too. */
  restart(id: string): void {
    this.#first = this.next;
    this.#changes = [];
    this.#numbers.clear();
    this.#head = 0;
    this.#bytes = 0;
    this.#start = id;
  }

  push(id: string, keys: readonly string[], tags: readonly string[] = []): void {
    const change = { id, keys, tags, encoded: {} };
    this.#numbers.set(id, this.next);
    this.#changes.push(change);
    this.#bytes += weightOf(change);
    const { maxEntries, maxBytes } = this.#options;
    while (this.next - this.#first > maxEntries || this.#bytes > maxBytes) this.#drop();
  }

  /** The entry with that number, which must be here. */
  at(number: number): Change {
    return this.#changes[this.#head + number - this.#first]!;
  }

  /** The number of the entry after the one with that id; undefined when neither an entry here nor `start` has it. */
  after(id: string): number | undefined {
    if (id === this.#start) return this.#first;
    const number = this.#numbers.get(id);
    return number === undefined ? undefined : number + 1;
  }

  #drop(): void {
    const dropped = this.#changes[this.#head];
    if (dropped === undefined) return;
    this.#bytes -= weightOf(dropped);
    this.#numbers.delete(dropped.id);
    this.#start = dropped.id;
    this.#changes[this.#head] = undefined;
    this.#head++;
    this.#first++;
    // Now and then, so that dropping costs the same for a ring of any length.
    if (this.#head < 1024 && this.#head < this.#changes.length) return;
    this.#changes = this.#changes.slice(this.#head);
    this.#head = 0;
  }
}

/** What an entry costs besides its keys. */
const ENTRY_BYTES = 64;

function weightOf({ keys, tags }: Pick<Change, 'keys' | 'tags'>): number {
  let bytes = ENTRY_BYTES;
  for (const key of keys) bytes += key.length;
  for (const tag of tags) bytes += tag.length;
  return bytes;
}
