import { describe, expect, it } from 'vitest';

import { checkedId, compareIds } from '../src/entry-id.ts';

describe('compareIds', () => {
  it('orders by time, then by sequence, as numbers of 64 bits', () => {
    const ordered = [
      '0-0',
      '0-9',
      '0-10',
      '9-0',
      '10-0',
      '1700000000000-5',
      '18446744073709551614-1',
      '18446744073709551615-0',
    ];
    expect(ordered.toReversed().sort(compareIds)).toEqual(ordered);
    expect(compareIds('7-7', '7-7')).toBe(0);
  });
});

describe('checkedId', () => {
  it.each(['', '5', '5-', '-5', '05-1', 'a-b', '$', '1-2-3', '+'])('refuses %j', (id) => {
    expect(() => checkedId(id)).toThrow(RangeError);
  });
});
