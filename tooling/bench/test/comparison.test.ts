import { describe, expect, it } from 'vitest';

import { compare, median } from '../src/harness/comparison.ts';

describe('median', () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('refuses an empty list', () => {
    expect(() => median([])).toThrow('no median of nothing');
  });
});

describe('compare', () => {
  const pairs = [
    { subject: 200, peer: 100 },
    { subject: 300, peer: 100 },
    { subject: 100, peer: 200 },
  ];

  it('has a ratio above 1 where more is better and Lockstep has more', () => {
    expect(compare(pairs, true)).toEqual({ subjectValue: 200, peerValue: 100, ratio: 2, low: 0.5, high: 3 });
  });

  it('has a ratio above 1 where less is better and Lockstep has less', () => {
    const costs = [{ subject: 5, peer: 20 }];
    expect(compare(costs, false)).toEqual({ subjectValue: 5, peerValue: 20, ratio: 4, low: 4, high: 4 });
  });

  it('compares within a round, so that a slow moment of the machine does not count', () => {
    const slowMachine = [
      { subject: 200, peer: 100 },
      { subject: 20, peer: 10 },
      { subject: 2000, peer: 1000 },
    ];
    expect(compare(slowMachine, true)).toMatchObject({ ratio: 2, low: 2, high: 2 });
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses a run that measured %d', (value) => {
    expect(() => compare([{ subject: 1, peer: value }], true)).toThrow(`a run measured ${value}`);
  });
});
