import { prefixKey } from '../keys/prefix-key.ts';
import type { RingKey } from '../ring/ring.ts';

const ATTEMPTS = 7;

/**
 * The hashes that spymemcached's ketama locator tries: that of the key, to which the hash of the key with 0, 1 and so on
 * in front of it is added each time; seven in all.
 */
export function* spymemcachedAttempts(hash: (key: RingKey) => number, key: RingKey): Iterable<number> {
  let value = hash(key);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    yield value;
    value = (value + hash(prefixKey(String(attempt), key))) | 0;
  }
}
