import { type Slots, USED } from './slots.ts';

/** Entries by id, as many as there is room for. It knows nothing of time but the moment that comes with each entry. */
export interface LocalStore<V, M = undefined> {
  readonly size: number;
  /** The value if it is there and its moment is later than `now`; this counts as a use. Allocates nothing. */
  getFresh(id: string, now: number): V | undefined;
  /** The value whatever its moment; this counts as a use. */
  get(id: string): V | undefined;
  /** The moment of an entry, or -Infinity. Not a use. */
  untilOf(id: string): number;
  /** What came with an entry. Not a use. */
  metaOf(id: string): M | undefined;
  /** Gives an entry another moment. @returns whether it is there */
  setUntil(id: string, until: number): boolean;
  /**
   * Keeps a value, in the place of the one before.
   *
   * @param value anything but undefined
   * @param until the moment from which `getFresh` does not answer with it any more; Infinity for never
   * @param meta whatever else belongs to it
   * @param weight 0 or more; counts only where weight is bounded. @default 0
   * @returns whether it is kept: what is heavier than the whole room is not, nor is the value before then
   * @throws RangeError for a weight that is none
   */
  set(id: string, value: V, until: number, meta?: M, weight?: number): boolean;
  /** @returns whether it was there */
  delete(id: string): boolean;
  clear(): void;
  /** Every id, in the order in which they came. Entries may come and go meanwhile, as with a Map. */
  keys(): IterableIterator<string>;
}

/** Told of an entry that was pushed out, not of one that was deleted, cleared or overwritten. May use the store. */
export type OnEvict<V, M> = (id: string, value: V, meta: M | undefined) => void;

/** The room in which a store keeps its entries. */
export interface Room {
  readonly slots: Slots;
  readonly maxWeight: number;
  /** A place for a new entry, after others made way for it. */
  take(owner: number, id: string, weight: number): number;
  /** Another weight for an entry, after others made way for it. */
  reweigh(slot: number, weight: number): void;
  /** Tells the stores whose entries made way. */
  report(): void;
  /** Drops all entries of all stores at once. */
  empty(): void;
}

/** One store of a room: its own ids, and the room's places. */
export class RegionStore<V, M> implements LocalStore<V, M> {
  readonly onEvict: OnEvict<V, M> | undefined;
  readonly #room: Room;
  #slots: Slots;
  readonly #number: number;
  #places: Map<string, number> = new Map();

  constructor(room: Room, number: number, onEvict: OnEvict<V, M> | undefined) {
    this.onEvict = onEvict;
    this.#room = room;
    this.#slots = room.slots;
    this.#number = number;
  }

  get size(): number {
    return this.#places.size;
  }

  getFresh(id: string, now: number): V | undefined {
    const slot = this.#places.get(id);
    if (slot === undefined) return undefined;
    const slots = this.#slots;
    // Not `<=`: a moment that is not a number must never serve.
    if (!(slots.untils[slot]! > now)) return undefined;
    // Most reads find the bit set, and write nothing.
    if ((slots.flags[slot]! & USED) === 0) slots.flags[slot]! |= USED;
    return slots.values[slot] as V;
  }

  get(id: string): V | undefined {
    const slot = this.#places.get(id);
    if (slot === undefined) return undefined;
    this.#slots.flags[slot]! |= USED;
    return this.#slots.values[slot] as V;
  }

  untilOf(id: string): number {
    const slot = this.#places.get(id);
    return slot === undefined ? -Infinity : this.#slots.untils[slot]!;
  }

  metaOf(id: string): M | undefined {
    const slot = this.#places.get(id);
    return slot === undefined ? undefined : (this.#slots.metas[slot] as M | undefined);
  }

  setUntil(id: string, until: number): boolean {
    const slot = this.#places.get(id);
    if (slot === undefined) return false;
    this.#slots.untils[slot] = until;
    return true;
  }

  set(id: string, value: V, until: number, meta?: M, weight = 0): boolean {
    if (value === undefined) throw new TypeError('undefined is no value: it means that there is none');
    if (!(weight >= 0)) throw new RangeError(`a weight must be 0 or more, not ${String(weight)}`);
    if (weight > this.#room.maxWeight) {
      this.delete(id);
      return false;
    }
    const slot = this.#placeFor(id, weight);
    const slots = this.#slots;
    slots.untils[slot] = until;
    slots.values[slot] = value;
    slots.metas[slot] = meta;
    this.#room.report();
    return true;
  }

  delete(id: string): boolean {
    const slot = this.#places.get(id);
    if (slot === undefined) return false;
    this.#places.delete(id);
    this.#slots.remove(slot);
    return true;
  }

  clear(): void {
    const places = this.#places;
    this.#places = new Map();
    if (places.size === this.#slots.size) this.#room.empty();
    else for (const slot of places.values()) this.#slots.remove(slot);
  }

  keys(): IterableIterator<string> {
    return this.#places.keys();
  }

  /** Has new places, all of them empty. */
  moveTo(slots: Slots): void {
    this.#slots = slots;
    if (this.#places.size > 0) this.#places = new Map();
  }

  /** Forgets an id whose place the room gives to another. */
  forget(id: string): void {
    this.#places.delete(id);
  }

  #placeFor(id: string, weight: number): number {
    const known = this.#places.get(id);
    if (known === undefined) {
      const slot = this.#room.take(this.#number, id, weight);
      this.#places.set(id, slot);
      return slot;
    }
    // Whoever sets it again reads it, too.
    this.#slots.flags[known]! |= USED;
    this.#room.reweigh(known, weight);
    return known;
  }
}
