import { multiplyHigh } from '../hashes/uint64.ts';

const LOW = 0x87b0b0fd | 0;
const HIGH = 0x27bb2ee6;
/** How often a key that falls outside the last level of the tree is tried again before it goes to the levels above. */
const TRIES = 4;

/**
 * BinomialHash (Coluzzi et al. 2024, arXiv 2406.19836; SUPSI's Java library at 68803f8): the bucket of a hash, given
 * in halves, among `count`. When one more is added, a key stays or moves to the new one. Constant time.
 */
export function binomialBucket(low: number, high: number, count: number): number {
  if (count < 2) return 0;
  const enclosing = count > 0x4000_0000 ? 0x7fff_ffff : (1 << (32 - Math.clz32(count - 1))) - 1;
  const minor = enclosing >> 1;
  const bucket = withinLevel(low & enclosing, low, high);
  if (bucket < count) return bucket;
  let hash = low;
  let top = high;
  for (let i = 0; i < TRIES; i++) {
    hash = rehash(hash, top, enclosing);
    top = 0;
    const candidate = withinLevel(hash & enclosing, hash, 0);
    if (candidate <= minor) break;
    if (candidate < count) return candidate;
  }
  return withinLevel(low & minor, low, high);
}

/** Another bucket of the same level of the tree: level k has the buckets from 2^k to 2^(k+1) - 1. */
function withinLevel(bucket: number, low: number, high: number): number {
  if (bucket < 2) return bucket;
  const first = 1 << (31 - Math.clz32(bucket));
  return first + (rehash(low, high, first - 1) & (first - 1));
}

/** The high half of `seed * (a * value + 1)^2`. */
function rehash(low: number, high: number, seed: number): number {
  const stepLow = (Math.imul(low, LOW) + 1) | 0;
  const product = (multiplyHigh(low, LOW) + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0;
  const stepHigh = stepLow === 0 ? product + 1 : product;
  const squareHigh = multiplyHigh(stepLow, stepLow) + (Math.imul(stepLow, stepHigh) << 1);
  return (multiplyHigh(Math.imul(stepLow, stepLow), seed) + Math.imul(squareHigh, seed)) | 0;
}
