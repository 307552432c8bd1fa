import { describe, expect, it } from 'vitest';

import { nextPoints } from '../../src/failover/next-points.ts';

const points = {
  values: Uint32Array.of(10, 10, 20, 30, 30, 30, 0xffffffff),
  owners: Uint32Array.of(0, 1, 2, 3, 4, 5, 6),
  counts: new Uint32Array(7).fill(1),
};

describe('the next points', () => {
  it.each([
    [0, [0, 2, 3, 6]],
    [10, [0, 2, 3, 6]],
    [11, [2, 3, 6, 0]],
    [30, [3, 6, 0, 2]],
    [31, [6, 0, 2, 3]],
    // As a hash comes: signed.
    [-1, [6, 0, 2, 3]],
  ])('from %d on go round once, without those that share a value with one before', (hash, owners) => {
    expect([...nextPoints(points, hash, 100)]).toEqual(owners);
    expect([...nextPoints(points, hash, 2)]).toEqual(owners.slice(0, 2));
  });

  it('begin again where the hash is above them all', () => {
    const low = { ...points, values: Uint32Array.of(1, 2, 3, 4, 5, 6, 7) };
    expect([...nextPoints(low, 8, 3)]).toEqual([0, 1, 2]);
  });
});
