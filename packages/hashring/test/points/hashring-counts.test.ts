import { describe, expect, it } from 'vitest';

import { hashringCounts } from '../../src/points/hashring-counts.ts';

describe('hashringCounts', () => {
  // The counts at which 64-bit floats round 40 digests per node down to 39.
  it.each([
    [6, 40],
    [7, 39],
    [14, 39],
    [25, 40],
    [49, 39],
    [103, 39],
    [112, 39],
  ])('gives each of %d equal nodes %d digests', (nodes, each) => {
    expect(
      new Set(
        hashringCounts(
          Array.from({ length: nodes }, () => 1),
          40,
        ),
      ),
    ).toEqual(new Set([each]));
  });

  it('shares another number out by weight, where 64-bit floats make 199 of 200', () => {
    expect(hashringCounts([1, 3, 0.5], 100)).toEqual([66, 199, 33]);
  });
});
