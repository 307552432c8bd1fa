import type { Ring, RingKey } from './ring.ts';

/**
 * The nodes that a client tries which ejects every dead one: the owner of the key, then its owner in the ring without
 * that one, and so on until nobody is left who takes keys.
 */
export function* ejectionOrder(ring: Ring, key: RingKey): Iterable<number> {
  const dead: number[] = [];
  for (let left: Ring | undefined = ring; left !== undefined; left = ringWithout(ring, dead)) {
    const node = left.pick(key);
    yield node;
    dead.push(node);
  }
}

/** Undefined where no node is left, or only such as have no place because of their weight. */
function ringWithout(ring: Ring, dead: readonly number[]): Ring | undefined {
  try {
    return ring.eject(dead);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
