import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { predecessor } from '../../src/lookups/predecessor.ts';

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x80000000, 0xffffffff));
const words = fc.array(word, { minLength: 1, maxLength: 300 });

describe('predecessor', () => {
  it('finds the last value that is not above the hash, or wraps to the last of all', () => {
    fc.assert(
      fc.property(words, word, (list, hash) => {
        const values = Uint32Array.from(list).sort();
        const locate = predecessor.prepare(values);
        for (const probe of [hash, ...list]) {
          const position = values.findLastIndex((value) => value <= probe);
          expect(locate(probe)).toBe(position < 0 ? values.length - 1 : position);
          expect(locate(probe | 0)).toBe(locate(probe));
        }
      }),
    );
  });
});
