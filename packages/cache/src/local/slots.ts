/** The entry was used since it was last looked at. */
export const USED = 1;
/** The entry is in the main queue. */
export const MAIN = 2;

const FIRST_CAPACITY = 64;

/** A queue through the places. 0 stands for "none". */
interface Queue {
  newest: number;
  oldest: number;
  length: number;
}

/**
 * Numbered places for entries: a column for each thing that an entry has, and two queues through them. A column costs
 * 1 to 8 bytes per entry, where an object with the same fields costs 80. Place 0 belongs to nobody.
 */
export class Slots {
  ids: string[];
  values: unknown[];
  metas: unknown[];
  untils: Float64Array;
  /** `USED`, `MAIN`. */
  flags: Uint8Array;
  /** The number of the store that an entry belongs to. */
  owners: Uint16Array;
  /** Undefined where nobody bounds the weight. */
  weights: Float64Array | undefined;
  /** How many entries there are, and what they weigh together. */
  size = 0;
  weight = 0;
  readonly #maxEntries: number;
  readonly #small: Queue = { newest: 0, oldest: 0, length: 0 };
  readonly #main: Queue = { newest: 0, oldest: 0, length: 0 };
  #older: Uint32Array;
  #newer: Uint32Array;
  /** The first place that was never taken, and the last one that was given back. */
  #untouched = 1;
  #free = 0;

  constructor(maxEntries: number, isWeighed: boolean) {
    this.#maxEntries = maxEntries;
    const capacity = Math.min(FIRST_CAPACITY, maxEntries) + 1;
    this.ids = emptyColumn(capacity, '');
    this.values = emptyColumn<unknown>(capacity, undefined);
    this.metas = emptyColumn<unknown>(capacity, undefined);
    this.untils = new Float64Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.owners = new Uint16Array(capacity);
    this.weights = isWeighed ? new Float64Array(capacity) : undefined;
    this.#older = new Uint32Array(capacity);
    this.#newer = new Uint32Array(capacity);
  }

  get smallLength(): number {
    return this.#small.length;
  }

  get mainLength(): number {
    return this.#main.length;
  }

  /** The entry that has been longest in its queue, or 0. */
  oldestOf(main: boolean): number {
    return main ? this.#main.oldest : this.#small.oldest;
  }

  /** Takes a place for a new entry, the newest of its queue. There must be room. */
  add(owner: number, id: string, isMain: boolean): number {
    const slot = this.#takePlace();
    this.ids[slot] = id;
    this.owners[slot] = owner;
    this.flags[slot] = isMain ? MAIN : 0;
    this.size++;
    this.link(slot);
    return slot;
  }

  /** Gives a place back, which must be in its queue. */
  remove(slot: number): void {
    this.unlink(slot);
    this.size--;
    this.setWeight(slot, 0);
    this.ids[slot] = '';
    this.values[slot] = undefined;
    this.metas[slot] = undefined;
    this.#older[slot] = this.#free;
    this.#free = slot;
  }

  /** Does nothing where nobody bounds the weight. */
  setWeight(slot: number, weight: number): void {
    const { weights } = this;
    if (weights === undefined) return;
    this.weight += weight - weights[slot]!;
    weights[slot] = weight;
    // Sums of fractions drift; an empty store weighs nothing.
    if (this.size === 0) this.weight = 0;
  }

  /** Makes an entry the newest of the main queue, not used since. */
  renew(slot: number): void {
    this.unlink(slot);
    this.flags[slot] = MAIN;
    this.link(slot);
  }

  /** Puts an entry that is in no queue into its own, as the newest. */
  link(slot: number): void {
    const queue = this.#queueOf(slot);
    this.#newer[slot] = 0;
    this.#older[slot] = queue.newest;
    if (queue.newest === 0) queue.oldest = slot;
    else this.#newer[queue.newest] = slot;
    queue.newest = slot;
    queue.length++;
  }

  /** Takes an entry out of its queue. */
  unlink(slot: number): void {
    const queue = this.#queueOf(slot);
    const [older, newer] = [this.#older[slot]!, this.#newer[slot]!];
    if (newer === 0) queue.newest = older;
    else this.#older[newer] = older;
    if (older === 0) queue.oldest = newer;
    else this.#newer[older] = newer;
    queue.length--;
  }

  #queueOf(slot: number): Queue {
    return (this.flags[slot]! & MAIN) === 0 ? this.#small : this.#main;
  }

  #takePlace(): number {
    const free = this.#free;
    if (free !== 0) {
      this.#free = this.#older[free]!;
      return free;
    }
    if (this.#untouched === this.untils.length) this.#grow();
    return this.#untouched++;
  }

  #grow(): void {
    const capacity = Math.min(2 * this.untils.length, this.#maxEntries + 1);
    this.ids = longer(this.ids, capacity, '');
    this.values = longer(this.values, capacity, undefined);
    this.metas = longer(this.metas, capacity, undefined);
    this.untils = copied(this.untils, new Float64Array(capacity));
    this.flags = copied(this.flags, new Uint8Array(capacity));
    this.owners = copied(this.owners, new Uint16Array(capacity));
    if (this.weights !== undefined) this.weights = copied(this.weights, new Float64Array(capacity));
    this.#older = copied(this.#older, new Uint32Array(capacity));
    this.#newer = copied(this.#newer, new Uint32Array(capacity));
  }
}

/** A column whose length is set at once takes no more memory than that; one that grows by `push` takes half as much again. */
function emptyColumn<T>(capacity: number, empty: T): T[] {
  const all: T[] = [];
  all.length = capacity;
  return all.fill(empty);
}

function longer<T>(column: readonly T[], capacity: number, empty: T): T[] {
  const all = emptyColumn(capacity, empty);
  for (let slot = 1; slot < column.length; slot++) all[slot] = column[slot]!;
  return all;
}

function copied<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
