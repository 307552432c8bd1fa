/** Beyond any number of replies that may be waited for, and short to write. */
const limit = 2 ** 24;

/**
 * Hands out the opaque numbers (`O`) by which a reply shows that it belongs to its request. They
 * start over from 0 after 2^24.
 */
export class OpaqueCounter {
  #next = 0;

  /** The first of `count` consecutive numbers. */
  take(count: number): number {
    if (this.#next + count > limit) this.#next = 0;
    const first = this.#next;
    this.#next += count;
    return first;
  }
}
