import { describe, expect, it } from 'vitest';

import { flexihashCount } from '../../src/points/flexihash-count.ts';

describe('flexihashCount', () => {
  // Computed by PHP 8.2.
  it.each([
    [64, 1, 64],
    [64, 2.25, 144],
    [64, 0.0078125, 1],
    [64, 0.007, 0],
    [64, 0, 0],
    [100, 1.005, 101],
    [1, 0.49999999999999994, 1],
    [3, 0.83333333333333, 2],
  ])('rounds %d times %d as PHP does, to %d', (replicas, weight, count) => {
    expect(flexihashCount(replicas, weight)).toBe(count);
  });
});
