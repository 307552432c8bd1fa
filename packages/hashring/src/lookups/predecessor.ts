import { above } from './above.ts';
import type { Lookup } from './locate.ts';

/** The last point that is not above the hash, or the last of all: dalli's rule. Of equal points it takes the last. */
export const predecessor: Lookup = {
  prepare(values) {
    const firstAbove = above.prepare(values);
    const { length } = values;
    // Where no point is above, the search has wrapped to the first, before which the last one stands again.
    return (hash) => (firstAbove(hash) || length) - 1;
  },
  regionOffset: 0,
  regionPoint: (region, count) => (region + count - 1) % count,
  step: -1,
};
