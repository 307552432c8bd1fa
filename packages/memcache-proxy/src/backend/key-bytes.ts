import type { Key } from '@lockstep/memcache';

/** The bytes of a key. */
export function keyBytes(key: Key): Buffer {
  return typeof key === 'string' ? Buffer.from(key) : key;
}
