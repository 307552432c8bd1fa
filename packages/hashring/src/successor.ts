/** Finds the position of the first value that is not below `hash`, or 0 when every value is. */
export type Successor = (hash: number) => number;

/**
 * Prepares the search over values in ascending order. Hashes are spread evenly, so about one bucket per
 * value leads to the answer in one or two steps, whatever the size: several times faster than a binary search.
 */
export function createSuccessor(values: Uint32Array): Successor {
  const { length } = values;
  const bits = Math.min(24, Math.max(1, Math.ceil(Math.log2(length))));
  const shift = 32 - bits;
  const starts = new Uint32Array(2 ** bits);
  let position = 0;
  for (let bucket = 0; bucket < starts.length; bucket++) {
    const low = bucket * 2 ** shift;
    while (position < length && values[position]! < low) position++;
    starts[bucket] = position;
  }
  return (hash) => {
    let at = starts[hash >>> shift]!;
    while (at < length && values[at]! < hash) at++;
    return at === length ? 0 : at;
  };
}
