import { describe, expect, it } from 'vitest';

import { cities, couponsAt } from '../src/coupons/coupon.ts';
import { inspectAnswer } from '../src/coupons/inspect-answer.ts';
import { Counters } from '../src/view/counters.ts';

describe('couponsAt', () => {
  it('gives every city as many rows as ever, one of them new and the oldest gone, all of one revision', () => {
    const [before, after] = [couponsAt(4), couponsAt(5)];
    for (const city of cities) {
      const ids = (rows: typeof before): number[] => rows.filter((row) => row.city === city).map(({ id }) => id);
      expect(ids(after).slice(0, -1)).toEqual(ids(before).slice(1));
      expect(ids(after)).toHaveLength(ids(before).length);
    }
    expect(inspectAnswer(after)).toEqual({ duplicates: 0, isTorn: false });
  });
});

describe('inspectAnswer', () => {
  it('counts rows that come again, and sees rows of two moments', () => {
    const rows = [
      { id: 1, revision: 2 },
      { id: 1, revision: 2 },
      { id: 2, revision: 3 },
      { id: 1, revision: 2 },
    ];
    expect(inspectAnswer(rows)).toEqual({ duplicates: 2, isTorn: true });
  });
});

describe('Counters', () => {
  it('adds up processes, goes on after one that starts again from zero, and keeps what it has while one is away', () => {
    const counters = new Counters();
    const say = (process: string, value: number): void =>
      counters.take(process, [{ name: 'calls', labels: { source: 'coupons' }, value }]);
    say('one', 5);
    say('two', 2);
    say('one', 7);
    counters.take('one', undefined);
    say('one', 3);
    expect(counters.total('calls', 'source=coupons')).toBe(7 + 2 + 3);
    expect(counters.total('calls')).toBe(0);
  });
});
