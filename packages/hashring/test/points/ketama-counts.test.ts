import { describe, expect, it } from 'vitest';

import { ketamaCounts } from '../../src/points/ketama-counts.ts';

describe('ketamaCounts', () => {
  // The counts at which 32-bit floats round 40 hashes per node down to 39.
  it.each([
    [7, 160],
    [24, 160],
    [25, 156],
    [47, 156],
    [48, 160],
    [100, 156],
    [122, 156],
  ])('gives each of %d equal nodes %d points', (nodes, each) => {
    expect(new Set(ketamaCounts(Array.from({ length: nodes }, () => 1)))).toEqual(new Set([each]));
  });
});
