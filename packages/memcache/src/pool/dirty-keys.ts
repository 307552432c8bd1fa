import type { Key } from '../driver/driver.ts';

/** Keys of which a node may hold an old value. Bounded: past the bound it knows only that there are too many. */
export class DirtyKeys {
  readonly #limit: number;
  readonly #keys = new Set<string>();
  #isOverflown = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0 && !this.#isOverflown;
  }

  /** True when keys were left out. */
  get isOverflown(): boolean {
    return this.#isOverflown;
  }

  add(key: Key): void {
    if (this.#isOverflown) return;
    this.#keys.add((typeof key === 'string' ? Buffer.from(key) : key).toString('latin1'));
    if (this.#keys.size <= this.#limit) return;
    this.#isOverflown = true;
    this.#keys.clear();
  }

  /** The keys, which are forgotten by this. */
  take(): Buffer[] {
    const keys = Array.from(this.#keys, (key) => Buffer.from(key, 'latin1'));
    this.clear();
    return keys;
  }

  clear(): void {
    this.#keys.clear();
    this.#isOverflown = false;
  }
}
