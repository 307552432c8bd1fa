import { describe, expect, it } from 'vitest';

import { libketamaCounts } from '../../src/points/libketama-counts.ts';

describe('libketamaCounts', () => {
  // Observed on libketama itself up to 25 nodes; the others are where a 32-bit share times 40n in 64 bits falls below 40.
  it.each([
    [7, 160],
    [25, 160],
    [60, 160],
    [61, 156],
    [100, 160],
    [122, 156],
    [237, 156],
    [244, 156],
    [474, 156],
    [488, 156],
  ])('gives each of %d equal nodes %d points', (nodes, each) => {
    expect(new Set(libketamaCounts(Array.from({ length: nodes }, () => 1)))).toEqual(new Set([each]));
  });

  it('shares points out by weight', () => {
    expect(libketamaCounts([1, 3])).toEqual([80, 240]);
    expect(libketamaCounts([0, 1])).toEqual([0, 320]);
  });
});
