import { crc32 } from './crc32.ts';
import type { Hash } from './hash.ts';

/**
 * Bits 16 to 30 of CRC-32: libmemcached's `HASH_CRC`, twemproxy's `crc32`, python-memcached, Cache::Memcached, nginx's
 * `hash` and spymemcached's `CRC_HASH`. It has 32,768 values, so that a ring of it leaves most of its circle unused.
 */
export const crc: Hash = {
  name: 'crc',
  bits: 15,
  key: (key) => (crc32.key(key) >>> 16) & 0x7fff,
  buffered: (length) => (crc32.buffered(length) >>> 16) & 0x7fff,
};
