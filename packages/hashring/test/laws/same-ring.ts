import { expect } from 'vitest';

import type { Ring } from '../../src/index.ts';
import { spaceOf } from '../../src/ring/shares.ts';

/**
 * Expects two rings of the same list to be one: for every value of the hash where it is known which node owns it, and
 * for all `keys`.
 */
export function expectSameRing(actual: Ring, expected: Ring, keys: readonly string[]): void {
  expect(actual.nodes).toEqual(expected.nodes);
  const places = (ring: Ring): number[][] => keys.map((key) => [ring.pick(key), ...ring.replicas(key, 4)]);
  expect(places(actual)).toEqual(places(expected));
  if (spaceOf(expected) === undefined) return;
  expect(actual.diff(expected)).toEqual({ moved: 0, moves: [], exact: true, samples: 0 });
  expect(actual.shares()).toEqual(expected.shares());
}
