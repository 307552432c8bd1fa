import { createBucketIndex } from './bucket-index.ts';
import type { Lookup } from './locate.ts';

/** The first point that is above the hash, or the first of all: Flexihash's rule. */
export const above: Lookup = {
  prepare(values) {
    const { starts, shift } = createBucketIndex(values);
    const { length } = values;
    return (hash) => {
      const unsigned = hash >>> 0;
      let at = starts[unsigned >>> shift]!;
      while (at < length && values[at]! <= unsigned) at++;
      return at === length ? 0 : at;
    };
  },
  regionOffset: 0,
  regionPoint: (region, count) => region % count,
  step: 1,
};
