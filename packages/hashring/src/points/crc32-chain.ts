import { crc32Update } from '../hashes/crc32.ts';
import { loadKey, words } from '../keys/key-buffer.ts';
import type { PointStream } from './point-set.ts';

/**
 * The points of Cache::Memcached::Fast and nginx: each is the CRC-32 of the host, a zero byte, the port and, as four
 * little-endian bytes, the point before it; 0 stands before the first.
 *
 * @param split cuts a label into host and port.
 */
export function crc32Chain(split: (label: string) => readonly [host: string, port: string]): PointStream {
  return {
    group: 1,
    write(label, from, to, out) {
      const [host, port] = split(label);
      const server = crc32Update(-1, 0, loadKey(`${host}\0${port}`));
      let point = 0;
      for (let i = 0; i < to; i++) {
        words[0] = point;
        point = ~crc32Update(server, 0, 4);
        if (i >= from) out[i - from] = point;
      }
    },
  };
}
