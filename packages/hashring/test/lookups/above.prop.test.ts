import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { above } from '../../src/lookups/above.ts';

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x80000000, 0xffffffff));
const words = fc.array(word, { minLength: 1, maxLength: 300 });

describe('above', () => {
  it('finds the first value that is above the hash, or wraps to the first of all', () => {
    fc.assert(
      fc.property(words, word, (list, hash) => {
        const values = Uint32Array.from(list).sort();
        const locate = above.prepare(values);
        for (const probe of [hash, ...list]) {
          const position = values.findIndex((value) => value > probe);
          expect(locate(probe)).toBe(Math.max(0, position));
          expect(locate(probe | 0)).toBe(Math.max(0, position));
        }
      }),
    );
  });
});
