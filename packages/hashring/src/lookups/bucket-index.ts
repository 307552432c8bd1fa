/** The first position in each of 2^n equal parts of the hash space. */
export interface BucketIndex {
  readonly starts: Uint32Array;
  /** `hash >>> shift` is the bucket of a hash. */
  readonly shift: number;
}

/**
 * An index of up to 2^15 buckets, 128 KiB, stays in the cache of a processor. Of a larger set several values share a
 * bucket: to pass by a few that lie side by side costs less than to wait for the memory of a finer index.
 */
const CACHED_BITS = 15;

/**
 * Indexes values in ascending order. Hashes are spread evenly, so about one bucket per value, or per five where there
 * are many, leads to the answer in a few steps, whatever the size: several times faster than a binary search.
 *
 * @param width how many low bits the values and the hashes have that are looked for.
 */
export function createBucketIndex(values: Uint32Array, width = 32): BucketIndex {
  const { length } = values;
  const finest = Math.max(1, Math.ceil(Math.log2(length)));
  const bits = Math.min(width, finest <= CACHED_BITS ? finest : Math.max(CACHED_BITS, finest - 3));
  const shift = width - bits;
  const starts = new Uint32Array(2 ** bits);
  let bucket = 0;
  for (let position = 0; position < length; position++) {
    const last = values[position]! >>> shift;
    while (bucket <= last) starts[bucket++] = position;
  }
  return { starts: starts.fill(length, bucket), shift };
}
