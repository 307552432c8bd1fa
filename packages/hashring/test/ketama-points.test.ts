import { describe, expect, it } from 'vitest';

import { ketamaPoints } from '../src/ketama-points.ts';

const equal = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `cache-${i}` }));

describe('ketamaPoints', () => {
  it('orders points by value, and equal ones by the index of their node', () => {
    const { values, owners } = ketamaPoints(equal(1000));
    let ties = 0;
    let inOrder = true;
    for (let i = 1; i < values.length; i++) {
      if (values[i - 1] === values[i]) ties++;
      inOrder &&= values[i - 1]! < values[i]! || (values[i - 1] === values[i] && owners[i - 1]! <= owners[i]!);
    }
    expect(inOrder).toBe(true);
    expect(ties).toBeGreaterThan(0);
  });

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
    expect(ketamaPoints(equal(nodes)).values).toHaveLength(nodes * each);
  });
});
