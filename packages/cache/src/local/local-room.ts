import { Ghosts } from './ghosts.ts';
import { type LocalStore, type OnEvict, RegionStore, type Room } from './region-store.ts';
import { Slots, USED } from './slots.ts';

/** How much several stores may hold together. */
export interface LocalRoomOptions {
  /** From 1 to 16,777,216, which is what a Map of V8 holds. */
  readonly maxEntries: number;
  /** In the unit of the weights that `set` is given, such as bytes. @default unbounded */
  readonly maxWeight?: number | undefined;
}

/** What one store of a room does besides. */
export interface RegionOptions<V, M> {
  readonly onEvict?: OnEvict<V, M> | undefined;
}

/** Room that several stores share, each with ids of its own: whatever is used least goes first, wherever it is. */
export interface LocalRoom {
  /** How many entries all its stores have, and what they weigh. */
  readonly size: number;
  readonly weight: number;
  /** Drops all entries of all its stores at once. */
  empty(): void;
  /**
   * One more store, which lives as long as the room.
   *
   * @throws RangeError for the 65,537th
   */
  region<V, M = undefined>(options?: RegionOptions<V, M>): LocalStore<V, M>;
}

const MOST_ENTRIES = 2 ** 24;
const MOST_REGIONS = 65_536;
/** Newcomers have a fifth of the entries: who is not used again there makes way before anything in the main queue. */
const SMALL_SHARE = 5;

/**
 * Makes room.
 *
 * Replacement is S3-FIFO (J. Yang, Y. Zhang, Z. Qiu, Y. Yue, R. Vinayak: "FIFO queues are all you need for cache
 * eviction", SOSP 2023) with one bit of use: a read writes one byte at most, where LRU moves a list node every time.
 * Newcomers that nobody reads again leave the small queue soon, so a scan does not wash out what is in use; an id that
 * comes back shortly after goes into the main queue at once.
 *
 * @throws RangeError for bounds that are none.
 */
export function createLocalRoom({ maxEntries, maxWeight = Infinity }: LocalRoomOptions): LocalRoom {
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1 || maxEntries > MOST_ENTRIES) {
    throw new RangeError(`maxEntries must be a whole number from 1 to ${MOST_ENTRIES}, not ${String(maxEntries)}`);
  }
  if (!(maxWeight > 0)) throw new RangeError(`maxWeight must be more than 0, not ${String(maxWeight)}`);
  return new SharedRoom(maxEntries, maxWeight);
}

class SharedRoom implements LocalRoom, Room {
  readonly maxWeight: number;
  slots: Slots;
  readonly #maxEntries: number;
  readonly #ghosts: Ghosts = new Ghosts();
  readonly #regions: RegionStore<unknown, unknown>[] = [];
  /** Calls of `onEvict` that wait until the store is whole again. */
  readonly #reports: (() => void)[] = [];

  constructor(maxEntries: number, maxWeight: number) {
    this.#maxEntries = maxEntries;
    this.maxWeight = maxWeight;
    this.slots = new Slots(maxEntries, maxWeight !== Infinity);
  }

  get size(): number {
    return this.slots.size;
  }

  get weight(): number {
    return this.slots.weight;
  }

  region<V, M = undefined>({ onEvict }: RegionOptions<V, M> = {}): LocalStore<V, M> {
    if (this.#regions.length === MOST_REGIONS) throw new RangeError(`a room has ${MOST_REGIONS} stores at most`);
    const region = new RegionStore<V, M>(this, this.#regions.length, onEvict);
    this.#regions.push(region as RegionStore<unknown, unknown>);
    return region;
  }

  take(owner: number, id: string, weight: number): number {
    const { slots } = this;
    while (slots.size >= this.#maxEntries || (slots.size > 0 && slots.weight + weight > this.maxWeight)) this.#evict();
    const isBack = this.#ghosts.take(id, owner, this.#span());
    const slot = slots.add(owner, id, isBack);
    slots.setWeight(slot, weight);
    return slot;
  }

  reweigh(slot: number, weight: number): void {
    const { slots } = this;
    if (slots.weights === undefined) return;
    // Out of its queue, so that it is not among those that make way for it.
    slots.unlink(slot);
    slots.setWeight(slot, weight);
    while (slots.size > 1 && slots.weight > this.maxWeight) this.#evict();
    slots.link(slot);
  }

  report(): void {
    while (this.#reports.length > 0) this.#reports.shift()!();
  }

  empty(): void {
    this.slots = new Slots(this.#maxEntries, this.maxWeight !== Infinity);
    for (const region of this.#regions) region.moveTo(this.slots);
  }

  /** How many ghosts count: as many as the main queue has entries. */
  #span(): number {
    return Math.max(1, this.slots.size - Math.ceil(this.slots.size / SMALL_SHARE));
  }

  #evict(): void {
    const { slots } = this;
    while (slots.mainLength === 0 || slots.smallLength * SMALL_SHARE >= slots.size) {
      const slot = slots.oldestOf(false);
      if ((slots.flags[slot]! & USED) === 0) {
        this.#ghosts.add(slots.ids[slot]!, slots.owners[slot]!, this.#span());
        this.#pushOut(slot);
        return;
      }
      slots.renew(slot);
    }
    let slot = slots.oldestOf(true);
    while ((slots.flags[slot]! & USED) !== 0) {
      slots.renew(slot);
      slot = slots.oldestOf(true);
    }
    this.#pushOut(slot);
  }

  #pushOut(slot: number): void {
    const { slots } = this;
    const region = this.#regions[slots.owners[slot]!]!;
    const id = slots.ids[slot]!;
    const { onEvict } = region;
    if (onEvict !== undefined) {
      const [value, meta] = [slots.values[slot], slots.metas[slot]];
      this.#reports.push(() => onEvict(id, value, meta));
    }
    region.forget(id);
    slots.remove(slot);
  }
}
