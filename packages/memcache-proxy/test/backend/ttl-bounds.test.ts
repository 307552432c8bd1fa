import { expect, it } from 'vitest';

import { boundTtl, checkTtlBounds } from '../../src/backend/ttl-bounds.ts';

const NOW_SECONDS = 1_800_000_000;
const NOW_MS = NOW_SECONDS * 1000 + 999;

it.each([
  { ttl: 0, bounds: {}, becomes: 0 },
  { ttl: 0, bounds: { maxTtlSeconds: 60 }, becomes: 60 },
  { ttl: 0, bounds: { minTtlSeconds: 60 }, becomes: 0 },
  { ttl: 30, bounds: { minTtlSeconds: 10, maxTtlSeconds: 60 }, becomes: 30 },
  { ttl: 5, bounds: { minTtlSeconds: 10, maxTtlSeconds: 60 }, becomes: 10 },
  { ttl: 61, bounds: { minTtlSeconds: 10, maxTtlSeconds: 60 }, becomes: 60 },
  { ttl: NOW_SECONDS + 30, bounds: { minTtlSeconds: 10, maxTtlSeconds: 60 }, becomes: NOW_SECONDS + 30 },
  { ttl: NOW_SECONDS + 5, bounds: { minTtlSeconds: 10 }, becomes: 10 },
  { ttl: NOW_SECONDS + 61, bounds: { maxTtlSeconds: 60 }, becomes: 60 },
  { ttl: -1, bounds: { minTtlSeconds: 10, maxTtlSeconds: 60 }, becomes: -1 },
  { ttl: NOW_SECONDS, bounds: { minTtlSeconds: 10 }, becomes: NOW_SECONDS },
  { ttl: 0, bounds: { maxTtlSeconds: 2_592_001 }, becomes: NOW_SECONDS + 2_592_001 },
  { ttl: 60, bounds: { minTtlSeconds: 2_592_001 }, becomes: NOW_SECONDS + 2_592_001 },
  { ttl: 0, bounds: { maxTtlSeconds: 1_000_000_000 }, becomes: 0x7fff_ffff },
])('turns a TTL of $ttl within $bounds into $becomes', ({ ttl, bounds, becomes }) => {
  expect(boundTtl(ttl, bounds, NOW_MS)).toBe(becomes);
});

it.each([
  { bounds: { minTtlSeconds: 0 }, problem: 'minTtlSeconds must be a whole number of at least 1, got 0' },
  { bounds: { maxTtlSeconds: 1.5 }, problem: 'maxTtlSeconds must be a whole number of at least 1, got 1.5' },
  {
    bounds: { minTtlSeconds: 2, maxTtlSeconds: 1 },
    problem: 'minTtlSeconds must not be above maxTtlSeconds, got 2 and 1',
  },
])('refuses the bounds $bounds', ({ bounds, problem }) => {
  expect(() => checkTtlBounds(bounds)).toThrow(new RangeError(problem));
});
