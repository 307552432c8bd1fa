import { expect, it } from 'vitest';

import { toExpiresAt } from '../../src/backend/expiry.ts';

const NOW_MS = 1_800_000_000_999;

it.each([
  [0, 0],
  [1, 1_800_000_001],
  [2_592_000, 1_802_592_000],
  [2_592_001, undefined],
  [1_800_000_000, undefined],
  [1_800_000_001, 1_800_000_001],
  [-1, undefined],
  [-2_147_483_648, undefined],
])('takes a TTL of %d as the moment %s', (ttlSeconds, expiresAt) => {
  expect(toExpiresAt(ttlSeconds, NOW_MS)).toBe(expiresAt);
});
