import { multiplyHigh } from '../hashes/uint64.ts';

/** The multiplier of the generator, 2862933555777941757, in halves. */
const LOW = 0x87b0b0fd | 0;
const HIGH = 0x27bb2ee6;

/**
 * Jump consistent hash (Lamping and Veach 2014; Guava and go-jump agree on every bit): the bucket of a hash, given in
 * halves, among `count` (1 to 2^31 - 1). When one more is added, a key stays or moves to the new one.
 */
export function jumpBucket(hashLow: number, hashHigh: number, count: number): number {
  let low = hashLow;
  let high = hashHigh;
  let bucket = 0;
  for (let next = 0; next < count;) {
    bucket = next | 0;
    high = (multiplyHigh(low, LOW) + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0;
    low = (Math.imul(low, LOW) + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
    next = Math.floor((bucket + 1) * (0x8000_0000 / ((high >>> 1) + 1)));
  }
  return bucket;
}
