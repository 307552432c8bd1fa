import { digest, md5Buffered } from '../hashes/md5.ts';
import { appendDecimal, appendText, loadKey } from '../keys/key-buffer.ts';
import type { PointStream } from './point-set.ts';

/** Ketama's points: the digests of `label-0`, `label-1` and so on, each giving four as little-endian words. */
export const md5Points: PointStream = {
  group: 4,
  write(label, from, to, out) {
    const start = appendText(loadKey(label), '-');
    let next = 0;
    for (let i = from / 4; i < to / 4; i++) {
      md5Buffered(appendDecimal(start, i));
      for (const word of digest) out[next++] = word;
    }
  },
};
