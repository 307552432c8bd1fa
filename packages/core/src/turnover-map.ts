/** Below so many remembered keys nothing is made anew. */
const MIN_KEYS = 256;
/** More remembered keys than this for each that has a value are dropped. */
const MOST_KEYS_PER_VALUE = 4;

/**
 * A map for what comes and goes all the time. A plain `Map` makes its table anew whenever entries have come and gone, and
 * V8 has each old table point to the next: once one of them is old, the collector keeps everything that was ever in the
 * map until the next full collection, and each of its small ones takes ten times as long. Here a key whose value went is
 * remembered without one for a while, and then all of them are dropped with their map.
 */
export class TurnoverMap<K extends string | number, V extends object | string | number | true> {
  #entries = new Map<K, V | undefined>();
  #size = 0;

  /** How many keys have a value. */
  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (this.#entries.get(key) === undefined) this.#size += 1;
    this.#entries.set(key, value);
  }

  /** False: there was nothing. */
  delete(key: K): boolean {
    if (this.#entries.get(key) === undefined) return false;
    this.#entries.set(key, undefined);
    this.#size -= 1;
    const { size } = this.#entries;
    if (size > MIN_KEYS && size > MOST_KEYS_PER_VALUE * this.#size) this.#entries = new Map(this.entries());
    return true;
  }

  clear(): void {
    this.#entries = new Map();
    this.#size = 0;
  }

  /** What there is now; what is deleted meanwhile does not come. */
  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  /** The same with the keys. */
  *entries(): Generator<[K, V]> {
    for (const key of Array.from(this.#entries.keys())) {
      const value = this.#entries.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}
