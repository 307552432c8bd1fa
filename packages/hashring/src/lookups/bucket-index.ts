/** The first position in each of 2^n equal parts of the hash space. */
export interface BucketIndex {
  readonly starts: Uint32Array;
  /** `hash >>> shift` is the bucket of a hash. */
  readonly shift: number;
}

/**
 * Indexes values in ascending order. Hashes are spread evenly, so about one bucket per value leads to the answer
 * in one or two steps, whatever the size: several times faster than a binary search.
 *
 * @param width how many low bits the values and the hashes have that are looked for.
 */
export function createBucketIndex(values: Uint32Array, width = 32): BucketIndex {
  const { length } = values;
  const bits = Math.min(24, width, Math.max(1, Math.ceil(Math.log2(length))));
  const shift = width - bits;
  const starts = new Uint32Array(2 ** bits);
  let bucket = 0;
  for (let position = 0; position < length; position++) {
    const last = values[position]! >>> shift;
    while (bucket <= last) starts[bucket++] = position;
  }
  return { starts: starts.fill(length, bucket), shift };
}
