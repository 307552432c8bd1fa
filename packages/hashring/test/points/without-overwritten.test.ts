import { describe, expect, it } from 'vitest';

import { withoutOverwritten } from '../../src/points/without-overwritten.ts';

const counts = Uint32Array.of(2, 2);

describe('withoutOverwritten', () => {
  it('keeps of equal points the one that comes first', () => {
    const points = { values: Uint32Array.of(3, 3, 5, 5, 9), owners: Uint32Array.of(0, 1, 1, 0, 1), counts };
    expect(withoutOverwritten(points)).toEqual({
      values: Uint32Array.of(3, 5, 9),
      owners: Uint32Array.of(0, 1, 1),
      counts,
    });
  });

  it('leaves the arrays alone where all points differ', () => {
    const points = { values: Uint32Array.of(1, 2), owners: Uint32Array.of(0, 1), counts };
    expect(withoutOverwritten(points).values).toBe(points.values);
  });
});
