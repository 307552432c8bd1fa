import { describe, expect, it } from 'vitest';

import { untilRepeats } from '../../src/failover/until-repeats.ts';

describe('an order that ends with its repeats', () => {
  it('ends before the last repeat that is allowed', () => {
    const order = [5, 5, 3, 5, 3, 4, 3, 9];
    expect([...untilRepeats(order, 1)]).toEqual([5]);
    expect([...untilRepeats(order, 2)]).toEqual([5, 5, 3]);
    expect([...untilRepeats(order, 4)]).toEqual([5, 5, 3, 5, 3, 4]);
    expect([...untilRepeats(order, 9)]).toEqual(order);
  });

  it('ends in an endless order of one server', () => {
    function* always(): Iterable<number> {
      for (;;) yield 7;
    }
    expect([...untilRepeats(always(), 21)]).toHaveLength(21);
  });
});
