import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { hashFamilies } from '../../src/hashes/hash-family.ts';
import { anchorBuckets } from '../../src/lookups/anchor-buckets.ts';

const { murmur64b } = hashFamilies;

/** AnchorHash as its paper defines it, with a copy of the list of buckets from every time that one was taken away. */
function anchorReference(capacity: number, removals: readonly number[], key: string): number {
  const working = Array.from({ length: capacity }, (_, bucket) => bucket);
  const left = new Map<number, readonly number[]>();
  for (const bucket of removals) {
    const place = working.indexOf(bucket);
    const last = working.pop()!;
    if (place < working.length) working[place] = last;
    left.set(bucket, [...working]);
  }
  murmur64b.hash(key);
  let bucket = murmur64b.first(capacity);
  while (left.has(bucket)) {
    const buckets = left.get(bucket)!;
    bucket = buckets[murmur64b.again(bucket, buckets.length)]!;
  }
  return bucket;
}

it('is AnchorHash, down to the last bucket', () => {
  const cases = fc.integer({ min: 1, max: 24 }).chain((capacity) =>
    fc.tuple(
      fc.constant(capacity),
      fc.shuffledSubarray(
        Array.from({ length: capacity }, (_, bucket) => bucket),
        { maxLength: capacity - 1 },
      ),
    ),
  );
  fc.assert(
    fc.property(cases, fc.array(fc.string(), { minLength: 20, maxLength: 20 }), ([capacity, removals], keys) => {
      const set = anchorBuckets(capacity, murmur64b);
      for (const bucket of removals) set.remove(bucket);
      expect(keys.map(set.locate)).toEqual(keys.map((key) => anchorReference(capacity, removals, key)));
    }),
    { numRuns: 500 },
  );
});
