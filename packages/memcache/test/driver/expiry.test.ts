import { expect, it } from 'vitest';

import { remainingTtl } from '../../src/driver/expiry.ts';

const now = 1_800_000_000;
const thirtyDays = 30 * 24 * 60 * 60;

it.each([
  ['never expires', 0, 0],
  ['is relative up to 30 days', now + thirtyDays, thirtyDays],
  ['is absolute beyond 30 days', now + thirtyDays + 1, now + thirtyDays + 1],
  ['has passed now', now, undefined],
  ['has passed long ago', 5, undefined],
  ['has one second left', now + 1, 1],
  ['is bounded by what memcached can hold', 2 ** 40, 2 ** 31 - 1],
])('%s', (_what, expiresAt, ttl) => {
  expect(remainingTtl(expiresAt, now * 1000)).toBe(ttl);
});

it('counts a begun second as a whole one', () => {
  expect(remainingTtl(now + 1, now * 1000 + 300)).toBe(1);
  expect(remainingTtl(now + 1, now * 1000 + 1000)).toBeUndefined();
});
