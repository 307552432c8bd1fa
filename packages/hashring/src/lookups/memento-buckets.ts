import { half } from '../hashes/hash64.ts';
import type { HashFamily } from '../hashes/hash-family.ts';
import type { BucketSet } from './bucket-set.ts';

/**
 * MementoHash (Coluzzi et al. 2023): `count` buckets, all there, on top of a hash that itself can only lose the last
 * one. Where another one was taken away, its keys are hashed again over those that were left.
 *
 * @param base the bucket of a hash, given in halves, among some number of buckets.
 */
export function mementoBuckets(
  count: number,
  { hash, again }: HashFamily,
  base: (low: number, high: number, count: number) => number,
): BucketSet {
  // How many buckets were left when one was taken away, which is also the bucket that replaces it; -1 where it is there.
  const replacers = new Int32Array(count).fill(-1);
  let size = count;
  let working = count;
  return {
    locate(key) {
      hash(key);
      let bucket = base(half[0]!, half[1]!, size);
      for (let left = replacers[bucket]!; left >= 0; left = replacers[bucket]!) {
        bucket = again(bucket, left);
        while (replacers[bucket]! >= left) bucket = replacers[bucket]!;
      }
      return bucket;
    },
    remove(bucket) {
      // As long as none is remembered, the base can lose its last bucket by itself.
      if (working === size && bucket === size - 1) size = bucket;
      else replacers[bucket] = working - 1;
      working--;
    },
  };
}
