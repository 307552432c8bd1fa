/** More than this are not remembered: what is granted to the others runs out by itself, and soon. */
const MAX_ORPHANS = 1000;

/**
 * Owners that gave up waiting while the lock service could not be told. What is granted to them later is given back at
 * once. An owner that is not here is never touched: it may be at work.
 */
export class Orphans {
  readonly #keys = new Map<string, string>();

  add(owner: string, key: string): void {
    this.#keys.set(owner, key);
    if (this.#keys.size <= MAX_ORPHANS) return;
    const [oldest] = this.#keys.keys();
    this.#keys.delete(oldest!);
  }

  /** Whether it was one; it is none any more. */
  take(owner: string): boolean {
    return this.#keys.delete(owner);
  }

  /** All of them, with their keys; there are none any more. */
  takeAll(): [owner: string, key: string][] {
    const all = [...this.#keys];
    this.#keys.clear();
    return all;
  }
}
