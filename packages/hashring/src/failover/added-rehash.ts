import { crc } from '../hashes/crc.ts';
import { prefixKey } from '../keys/prefix-key.ts';
import type { RingKey } from '../ring/ring.ts';

/**
 * Cache::Memcached's hashes of a key, one for each attempt, without end: the 15-bit CRC of the key, to which that of `1`
 * and the key is added, then that of `2` and the key, and so on. nginx has the same.
 */
export function* addedRehash(key: RingKey): Iterable<number> {
  let sum = crc.key(key);
  for (let attempt = 1; ; attempt++) {
    yield sum;
    sum += crc.key(prefixKey(String(attempt), key));
  }
}
