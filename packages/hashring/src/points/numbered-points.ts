import type { Hash } from '../hashes/hash.ts';
import { appendDecimal, appendText, loadKey } from '../keys/key-buffer.ts';
import type { PointStream } from './point-set.ts';

/** One point for each hash of the label, a separator and a number that counts up from 0. */
export function numberedPoints(hash: Hash, separator: string): PointStream {
  return {
    group: 1,
    write(label, from, to, out) {
      const start = appendText(loadKey(label), separator);
      for (let i = from; i < to; i++) out[i - from] = hash.buffered(appendDecimal(start, i));
    },
  };
}
