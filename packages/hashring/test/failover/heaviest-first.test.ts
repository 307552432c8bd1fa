import { expect, it } from 'vitest';

import { heaviestFirst } from '../../src/failover/heaviest-first.ts';

it('a round robin begins with the heaviest, equal ones in order, and never comes to a weight of 0', () => {
  expect(heaviestFirst([1, 3, 0, 3, 2])).toEqual([1, 3, 4, 0]);
});
