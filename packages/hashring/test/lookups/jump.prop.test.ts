import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { binomialBucket } from '../../src/lookups/binomial.ts';
import { jumpBucket } from '../../src/lookups/jump.ts';

const MAX = 2 ** 31 - 1;

/** The program of the paper, in 64-bit arithmetic. */
function jumpReference(hash: bigint, count: number): number {
  let [state, bucket, next] = [hash, -1, 0];
  while (next < count) {
    bucket = next;
    state = BigInt.asUintN(64, state * 2_862_933_555_777_941_757n + 1n);
    next = Math.trunc((bucket + 1) * (2 ** 31 / (Number(state >> 33n) + 1)));
  }
  return bucket;
}

it('jumpBucket is what the program of the paper gives', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer({ min: 1, max: MAX }), (low, high, count) => {
      const hash = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
      expect(jumpBucket(low, high, count)).toBe(jumpReference(hash, count));
    }),
    { numRuns: 5000 },
  );
});

it('jumpBucket carries into the high half of its state', () => {
  // The hash whose state after one step ends in 32 zeros.
  const low = 1_717_769_131;
  expect(Math.imul(low, 0x87b0b0fd)).toBe(-1);
  for (let high = 0; high < 100; high++) {
    const hash = (BigInt(high) << 32n) | BigInt(low >>> 0);
    expect(jumpBucket(low, high, MAX)).toBe(jumpReference(hash, MAX));
  }
});

describe.each([
  ['jumpBucket', jumpBucket],
  ['binomialBucket', binomialBucket],
])('%s', (_name, bucketOf) => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: MAX - 1 }));

  it('gives a bucket that there is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), counts, (low, high, count) => {
        const bucket = bucketOf(low, high, count);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < count).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('moves a key to the new bucket or not at all when one is added', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), counts, (low, high, count) => {
        const after = bucketOf(low, high, count + 1);
        expect([bucketOf(low, high, count), count]).toContain(after);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([1, 2, 3, 10, 16, 17])('uses every one of %i buckets about equally', (count) => {
    const shares = Array.from({ length: count }, () => 0);
    for (let i = 0; i < 100_000; i++) shares[bucketOf(Math.imul(i, 0x9e3779b9), Math.imul(i, 0x85ebca6b), count)]!++;
    for (const share of shares) expect(Math.abs((share * count) / 100_000 - 1)).toBeLessThan(0.06);
  });
});
