import type { HashSpace } from './hash-space.ts';
import type { Ring, RingShares } from './ring.ts';
import { SAMPLES, sampleKeys } from './sample-keys.ts';

const spaces = new WeakMap<Ring, () => HashSpace>();

/** Remembers how the hash space of a ring is divided, where it is. */
export function registerSpace(ring: Ring, space: (() => HashSpace) | undefined): void {
  if (space !== undefined) spaces.set(ring, space);
}

/** How the hash space of a ring is divided; undefined where a key is not placed by one hash value. */
export function spaceOf(ring: Ring): HashSpace | undefined {
  return spaces.get(ring)?.();
}

/** See {@link Ring.shares}. */
export function ringShares(ring: Ring): RingShares {
  const space = spaceOf(ring);
  return space === undefined ? sampledShares(ring) : exactShares(ring, space);
}

function exactShares(ring: Ring, { kind, size, starts, owners }: HashSpace): RingShares {
  const counts = ring.nodes.map(() => 0);
  for (const [i, owner] of owners.entries()) {
    const values =
      kind === 'cycle'
        ? Math.floor((size - 1 - i) / owners.length) + 1
        : (i + 1 < starts.length ? starts[i + 1]! : size) - starts[i]!;
    counts[owner]! += values;
  }
  return { shares: counts.map((count) => count / size), exact: true, samples: 0 };
}

function sampledShares(ring: Ring): RingShares {
  const counts = ring.nodes.map(() => 0);
  for (const key of sampleKeys(ring)) counts[ring.pick(key)]!++;
  return { shares: counts.map((count) => count / SAMPLES), exact: false, samples: SAMPLES };
}
