import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { carry, modulo64, multiplyHigh } from '../../src/hashes/uint64.ts';

const word = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, 0xffff, 0x10000, -0x80000000, 0x7fffffff));
const wide = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

describe('multiplyHigh', () => {
  it('is the high half of the product of two unsigned numbers', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(multiplyHigh(a, b)).toBe(Number(BigInt.asIntN(32, (BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('carry', () => {
  it('is what a sum of two low halves carries', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(carry((a + b) | 0, b)).toBe(Number((BigInt(a >>> 0) + BigInt(b >>> 0)) >> 32n));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('modulo64', () => {
  const divisors = fc.oneof(
    fc.integer({ min: 1, max: 2 ** 20 }),
    fc.constantFrom(1, 2, 3, 251, 65_537, 655_373, 2 ** 20),
  );

  it('is the remainder of an unsigned number', () => {
    fc.assert(
      fc.property(word, word, divisors, (low, high, divisor) => {
        expect(modulo64(low, high, divisor, 1 / divisor)).toBe(Number(wide(low, high) % BigInt(divisor)));
      }),
      { numRuns: 20_000 },
    );
  });

  it('is exact next to every multiple of the divisor', () => {
    fc.assert(
      fc.property(
        divisors,
        fc.bigInt({ min: 1n, max: 2n ** 44n }),
        fc.integer({ min: -2, max: 2 }),
        (divisor, times, off) => {
          const value = BigInt.asUintN(64, BigInt(divisor) * times + BigInt(off));
          const [low, high] = [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
          expect(modulo64(low, high, divisor, 1 / divisor)).toBe(Number(value % BigInt(divisor)));
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
