import { expect, it } from 'vitest';

import { boundedTtl } from '../../src/pool/bounded-ttl.ts';

const nowMs = 1_700_000_000_000;

it.each([
  ['never expires', 0, 10],
  ['is shorter', 3, 3],
  ['is longer', 3600, 10],
  ['is expired at once', -1, -1],
  ['is a moment to come', 1_700_000_005, 5],
  ['is a moment far away', 1_800_000_000, 10],
  ['is a moment that has passed', 1_699_999_999, -1],
  ['is this very moment', 1_700_000_000, -1],
])('bounds a time to live that %s', (_, ttlSeconds, expected) => {
  expect(boundedTtl(ttlSeconds, 10, nowMs)).toBe(expected);
});
