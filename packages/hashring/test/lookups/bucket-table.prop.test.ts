import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bucketTable } from '../../src/lookups/bucket-table.ts';

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 4_194_303, 4_194_304, 4_290_771_969, 0xffffffff),
);

describe('a table of buckets', () => {
  it('holds the owner of the first point that is not below 4,194,303 times the bucket, or of the first of all', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 50 }), (list) => {
        const values = Uint32Array.from(list).sort();
        const owners = Uint32Array.from(values.keys());
        const expected = Array.from({ length: 1024 }, (_, bucket) =>
          Math.max(
            0,
            values.findIndex((value) => value >= 4_194_303 * bucket),
          ),
        );
        expect([...bucketTable({ values, owners, counts: owners }, 1024)]).toEqual(expected);
      }),
    );
  });
});
