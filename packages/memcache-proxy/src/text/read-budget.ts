/** So many keys may be under way before the size of any value is known. */
const FIRST_KEYS = 16;
/** After how many answers a large value is forgotten when none like it has come again. */
const WINDOW_KEYS = 128;

/**
 * How many keys a connection may ask for: their values are taken to be as large as the largest of those that it got
 * last, because what is asked for comes, and must then be kept.
 */
export class ReadBudget {
  #underWay = 0;
  /** The largest of this window of answers, and of the one before it. */
  #largest = 0;
  #formerLargest: number;
  #left: number = FIRST_KEYS;

  constructor(maxBytes: number) {
    this.#formerLargest = Math.ceil(maxBytes / FIRST_KEYS);
  }

  /** How many more keys may be asked for while `freeBytes` are free. */
  room(freeBytes: number): number {
    const each = Math.max(this.#largest, this.#formerLargest, 1);
    return Math.floor(freeBytes / each) - this.#underWay;
  }

  began(keys: number): void {
    this.#underWay += keys;
  }

  /** So many keys are answered, with values of that size at most. */
  ended(keys: number, valueBytes: number): void {
    this.#underWay -= keys;
    if (valueBytes > this.#largest) this.#largest = valueBytes;
    this.#left -= keys;
    if (this.#left > 0) return;
    this.#left = WINDOW_KEYS;
    this.#formerLargest = this.#largest;
    this.#largest = 0;
  }
}
