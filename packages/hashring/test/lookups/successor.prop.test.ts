import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { successor } from '../../src/lookups/successor.ts';

describe('successor', () => {
  it('finds the first value that is not below the hash, or wraps to the first of all', () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x80000000, 0xffffffff));
    const values32 = fc.integer({ min: 0, max: 32 }).chain((bits) => {
      return fc.array(fc.integer({ min: 0, max: 2 ** bits - 1 }), { minLength: 1, maxLength: 300 });
    });
    fc.assert(
      fc.property(fc.oneof(values32, fc.array(word, { minLength: 1 })), word, (list, hash) => {
        const values = Uint32Array.from(list).sort();
        const locate = successor.prepare(values);
        for (const probe of [hash, 0xffffffff, ...list, ...list.map((value) => Math.min(0xffffffff, value + 1))]) {
          expect(locate(probe)).toBe(
            Math.max(
              0,
              values.findIndex((value) => value >= probe),
            ),
          );
        }
      }),
    );
  });
});
