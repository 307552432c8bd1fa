/**
 * Short to write, and few enough that the texts of all of them stay in V8's cache of numbers as text:
 * 2^24 costs a tenth of a `get` more. A loss goes unnoticed only of a multiple of 4096 replies in a row.
 */
const limit = 2 ** 12;

/**
 * Hands out the opaque numbers (`O`) by which a reply shows that it belongs to its request. They
 * start over from 0 after 2^12.
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
