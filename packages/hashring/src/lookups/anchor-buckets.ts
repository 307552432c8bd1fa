import type { HashFamily } from '../hashes/hash-family.ts';
import type { BucketSet } from './bucket-set.ts';

/**
 * AnchorHash (Mendelson et al. 2020): `capacity` buckets, all there. Where a bucket was taken away, its keys are
 * hashed again over those that were there then.
 */
export function anchorBuckets(capacity: number, { hash, first, again }: HashFamily): BucketSet {
  // How many buckets were left when one was taken away, 0 where it is there: A of the paper.
  const remaining = new Int32Array(capacity);
  // Which bucket took the place of one, that of its own number at first: K of the paper. Its W and L are not needed:
  // where they would name the bucket at a place, this names one from which the way leads there.
  const successors = Int32Array.from(remaining, (_, bucket) => bucket);
  let working = capacity;
  return {
    locate(key) {
      hash(key);
      let bucket = first(capacity);
      for (let left = remaining[bucket]!; left > 0; left = remaining[bucket]!) {
        let next = again(bucket, left);
        while (remaining[next]! >= left) next = successors[next]!;
        bucket = next;
      }
      return bucket;
    },
    remove(bucket) {
      working--;
      successors[bucket] = successors[working]!;
      remaining[bucket] = working;
    },
  };
}
