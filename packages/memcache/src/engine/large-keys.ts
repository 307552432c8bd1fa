/** Enough for the large values that are read often, and small beside one of them. */
const maxKeys = 1024;

/** Keys whose values were large when they were last seen, so that the next read can be expected to be. */
export class LargeKeys {
  readonly #keys = new Set<string>();

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Remembers a key, and forgets the one that was seen longest ago when there are too many. */
  remember(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= maxKeys) return;
    const [oldest] = this.#keys;
    this.#keys.delete(oldest!);
  }

  forget(key: string): void {
    this.#keys.delete(key);
  }
}
