import type { Placement } from '../algorithms/algorithm.ts';
import type { HashSpace } from './hash-space.ts';
import type { RingKey } from './ring.ts';

/** A placement of some nodes of a list, with the indexes that they have in the whole list. */
export function liveNodes({ pick, walk, failover, space }: Placement, live: readonly number[]): Placement {
  return {
    pick: (key) => live[pick(key)]!,
    walk: (key) => renamed(walk(key), live),
    ...(failover && { failover: (key: RingKey) => renamed(failover(key), live) }),
    ...(space && { space: () => renamedSpace(space(), live) }),
  };
}

function renamedSpace(space: HashSpace, live: readonly number[]): HashSpace {
  return { ...space, owners: space.owners.map((owner) => live[owner]!) };
}

function* renamed(order: Iterable<number>, live: readonly number[]): Iterable<number> {
  for (const index of order) yield live[index]!;
}
