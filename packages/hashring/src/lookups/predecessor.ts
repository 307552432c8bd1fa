import { createBucketIndex } from './bucket-index.ts';
import type { Lookup } from './locate.ts';

/** The last point that is not above the hash, or the last of all: dalli's rule. Of equal points it takes the last. */
export const predecessor: Lookup = {
  prepare(values) {
    const { starts, shift } = createBucketIndex(values);
    const { length } = values;
    return (hash) => {
      const unsigned = hash >>> 0;
      let at = starts[unsigned >>> shift]!;
      while (at < length && values[at]! <= unsigned) at++;
      return (at === 0 ? length : at) - 1;
    };
  },
  regionOffset: 0,
  regionPoint: (region, count) => (region + count - 1) % count,
  step: -1,
};
