import type { RingKey } from '../ring/ring.ts';
import type { PointStream } from './point-set.ts';

/** One point for each hash of `label-0`, `label-1` and so on as text, for hashes that do not read bytes. */
export function textPoints(hash: (key: RingKey) => number): PointStream {
  return {
    group: 1,
    write(label, from, to, out) {
      for (let i = from; i < to; i++) out[i - from] = hash(`${label}-${i}`);
    },
  };
}
