import type { WordDigest } from '../hashes/little-endian-digests.ts';
import { appendDecimal, appendText, loadKey } from '../keys/key-buffer.ts';
import type { PointStream } from './point-set.ts';

/** The first `each` words of the digests of `label-0`, `label-1` and so on: ketama's points, with any digest. */
export function digestPoints({ words, buffered }: WordDigest, each: number): PointStream {
  return {
    group: each,
    write(label, from, to, out) {
      const start = appendText(loadKey(label), '-');
      let next = 0;
      for (let i = from / each; i < to / each; i++) {
        buffered(appendDecimal(start, i));
        for (let word = 0; word < each; word++) out[next++] = words[word]!;
      }
    },
  };
}
