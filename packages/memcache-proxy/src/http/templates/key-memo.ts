import { checkBytes } from '../cache/cache-face.ts';

/** How much a KeyMemo keeps. */
export interface KeyMemoOptions {
  /** @default 10000 */
  readonly maxEntries?: number;
  /** Of the names and their sizes together. @default 4194304 */
  readonly maxBytes?: number;
}

/** A bounded table of what was derived: when it is full, what was not asked for longest goes first. */
export class KeyMemo<T> {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;

  /** @throws RangeError when a bound is no positive integer. */
  constructor({ maxEntries = 10_000, maxBytes = 4_194_304 }: KeyMemoOptions = {}) {
    checkBytes('memo.maxEntries', maxEntries);
    checkBytes('memo.maxBytes', maxBytes);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the entries are counted as. */
  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): T | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.value;
  }

  /** Keeps `value`, which takes `valueBytes`; what is larger than a hundredth of the table is not kept. */
  set(name: string, value: T, valueBytes: number): void {
    const bytes = name.length + valueBytes;
    if (bytes > this.#maxBytes / 100) return;
    this.#drop(name);
    this.#entries.set(name, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
  }
}
