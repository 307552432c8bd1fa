import { describe, expect, it } from 'vitest';

import { dalliCounts } from '../../src/points/dalli-counts.ts';

describe('dalliCounts', () => {
  it.each([
    [
      [1, 1, 1],
      [160, 160, 160],
    ],
    [
      [1, 2, 3, 4],
      [64, 128, 192, 256],
    ],
    [
      [5, 1, 1],
      [342, 68, 68],
    ],
    [
      [0, 1],
      [0, 320],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ])('gives the weights %j %j points', (weights, counts) => {
    expect(dalliCounts(weights)).toEqual(counts);
  });
});
