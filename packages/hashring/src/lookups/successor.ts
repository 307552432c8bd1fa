import { createBucketIndex } from './bucket-index.ts';
import type { Locate, Lookup } from './locate.ts';

/** Points that are all below this are the hashes of fewer than 32 bits. */
const NARROW = 2 ** 24;

/** The first point that is not below the hash, or the first of all: the rule of nearly every ring. */
export const successor: Lookup = {
  prepare(values) {
    const last = values.at(-1)!;
    // The points of a hash of 15 bits would all be in one bucket of 32.
    if (last >= NARROW) return prepare(values, 32);
    const locate = prepare(values, Math.max(1, 32 - Math.clz32(last)));
    return (hash) => (hash >>> 0 > last ? 0 : locate(hash));
  },
  regionOffset: 1,
  regionPoint: (region, count) => region % count,
  step: 1,
};

function prepare(values: Uint32Array, width: number): Locate {
  const { starts, shift } = createBucketIndex(values, width);
  const { length } = values;
  return (hash) => {
    const unsigned = hash >>> 0;
    let at = starts[unsigned >>> shift]!;
    while (at < length && values[at]! < unsigned) at++;
    return at === length ? 0 : at;
  };
}
