import { describe, expect, it } from 'vitest';

import { md5Points } from '../../src/points/md5-points.ts';
import { createPoints, type PointSource } from '../../src/points/point-set.ts';

const source = (labels: readonly string[], ties: PointSource['ties'] = 'first'): PointSource => ({
  labels,
  counts: labels.map(() => 160),
  stream: md5Points,
  ties,
});
const thousand = Array.from({ length: 1000 }, (_, i) => `cache-${i}`);

describe('createPoints', () => {
  it.each(['first', 'last'] as const)('orders points by value, and equal ones so that the %s node wins', (ties) => {
    const { values, owners } = createPoints(source(thousand, ties));
    let equal = 0;
    let inOrder = true;
    for (let i = 1; i < values.length; i++) {
      if (values[i - 1] === values[i]) equal++;
      const tied = values[i - 1] === values[i] && (ties === 'first') === owners[i - 1]! <= owners[i]!;
      inOrder &&= values[i - 1]! < values[i]! || tied;
    }
    expect(inOrder).toBe(true);
    expect(equal).toBeGreaterThan(0);
  });

  it('makes from an earlier set what it makes from nothing', () => {
    const labels = thousand.slice(0, 30);
    const points = createPoints(source(labels));
    const kept = [...labels.keys()].filter((index) => index % 7 !== 3);
    const changed = {
      ...source([...kept.map((index) => labels[index]!), 'new']),
      counts: [...kept, 40].map((n) => (n % 9) * 20),
    };
    expect(createPoints(changed, { points, from: [...kept, -1] })).toEqual(createPoints(changed));
  });
});
