import { bitAt, bitsFrom, startBits } from '../hashes/furc-bits.ts';

/** The most buckets that mcrouter allows: 2^23. */
const TRIES = 32;
/** How far the bits of one decision lie from those of the next. */
const SHIFT = 23;

/**
 * mcrouter's furc_hash, the base of Ch3: the bucket, among `count` (at most 2^23), of the key of `length` bytes in
 * the key buffer. It walks down a binary tree; when a bucket is added, a key stays or moves to the new one.
 */
export function furc(length: number, count: number): number {
  if (count <= 1) return 0;
  startBits(length);
  let depth = 32 - Math.clz32(count - 1);
  let at = depth;
  for (let i = 0; i < TRIES; i++) {
    while (bitAt(at) === 0) {
      if (--depth === 0) return 0;
      at = depth;
    }
    at += SHIFT;
    let bucket = 1;
    for (let level = 1; level < depth; level++) {
      bucket = (bucket << 1) | bitAt(at);
      at += SHIFT;
    }
    if (bucket < count) return bucket;
  }
  return 0;
}

/**
 * mcrouter's weightedFurcHash: like {@link furc}, but a bucket is taken only with the probability of its weight, and
 * another one is chosen with the bits behind where it is not.
 *
 * @param limits the weights as {@link weightLimits} gives them.
 */
export function weightedFurc(length: number, limits: Float64Array): number {
  const count = limits.length;
  if (count <= 1) return 0;
  startBits(length);
  const levels = 32 - Math.clz32(count - 1);
  let base = 0;
  let chance = 0;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    let depth = base + levels;
    let at = depth;
    let bucket = count;
    for (let i = 0; bucket >= count; i++) {
      while (bitAt(at) === 0) {
        if (--depth === base) break;
        at = depth;
      }
      at += SHIFT;
      bucket = depth === base ? 0 : 1;
      for (let level = base + 1; level < depth; level++) {
        bucket = (bucket << 1) | bitAt(at);
        at += SHIFT;
      }
      if (i === TRIES - 1 && bucket >= count) bucket = 0;
    }
    if (limits[bucket] === CERTAIN) return bucket;
    chance = bitsFrom(at) >>> 0;
    if (chance < limits[bucket]!) return bucket;
    base = at;
  }
  return chance % count;
}

/** The limit of a weight of 1. */
const CERTAIN = 0xffff_ffff;

/** Weights from 0 to 1 as what a random 32-bit integer must be below. */
export function weightLimits(weights: readonly number[]): Float64Array {
  return Float64Array.from(weights, (weight) => Math.floor(weight * CERTAIN));
}
