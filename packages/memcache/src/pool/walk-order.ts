import type { Ring, RingKey } from '@lockstep/hashring';

const maxRings = 256;

/**
 * The nodes that the ring's own clients try one after another for a key, as `ring.sequence`, for many
 * keys: where its clients rebuild the ring without the dead node, the rings are built once and kept.
 */
export class WalkOrder {
  readonly #ring: Ring;
  /** Whether `sequence` is by ejection. Undefined until it is needed, as it costs a ring to find out. */
  #isByEjection: boolean | undefined;
  /** Rings by the ejected nodes. Undefined where nobody is left. */
  #rings = new Map<string, Ring | undefined>();

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** The first node in the order that `accepts` takes; undefined when there is none. */
  find(key: RingKey, accepts: (index: number) => boolean): number | undefined {
    this.#isByEjection ??= canEject(this.#ring) && hasSecond(this.#ring.sequence(key));
    if (!this.#isByEjection) {
      for (const index of this.#ring.sequence(key)) if (accepts(index)) return index;
      return undefined;
    }
    const dead: number[] = [];
    for (let ring: Ring | undefined = this.#ring; ring !== undefined; ring = this.without(dead)) {
      const index = ring.pick(key);
      if (accepts(index)) return index;
      dead.push(index);
    }
    return undefined;
  }

  /** The ring without these nodes; undefined when none is left that takes keys. */
  without(dead: readonly number[]): Ring | undefined {
    if (dead.length === 0) return this.#ring;
    const name = dead.toSorted((a, b) => a - b).join();
    if (!this.#rings.has(name)) {
      if (this.#rings.size >= maxRings) this.#rings = new Map();
      this.#rings.set(name, eject(this.#ring, dead));
    }
    return this.#rings.get(name);
  }
}

/** True when the clients of this ring eject dead nodes, so that `ring.eject` works. */
export function canEject(ring: Ring): boolean {
  try {
    ring.eject([]);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Clients that can eject either do, or are told not to and stay with the owner. */
function hasSecond(sequence: Iterable<number>): boolean {
  let count = 0;
  for (const _ of sequence) if (++count === 2) return true;
  return false;
}

function eject(ring: Ring, dead: readonly number[]): Ring | undefined {
  try {
    return ring.eject(dead);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
