import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { above } from '../../src/lookups/above.ts';
import { predecessor } from '../../src/lookups/predecessor.ts';
import { successor } from '../../src/lookups/successor.ts';

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x80000000, 0xffffffff));

describe.each([
  ['above', above],
  ['successor', successor],
  ['predecessor', predecessor],
])('the regions of %s', (_name, lookup) => {
  it('belong to the points that are found in them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 50 }), (list) => {
        const values = Uint32Array.from(list).sort();
        const locate = lookup.prepare(values);
        for (let region = 0; region <= values.length; region++) {
          const start = region === 0 ? 0 : values[region - 1]! + lookup.regionOffset;
          const end = region === values.length ? 2 ** 32 : values[region]! + lookup.regionOffset;
          if (start === end) continue;
          expect(locate(start)).toBe(lookup.regionPoint(region, values.length));
          expect(locate(end - 1)).toBe(lookup.regionPoint(region, values.length));
        }
      }),
    );
  });
});
