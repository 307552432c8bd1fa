import { bytes, loadKey } from '../keys/key-buffer.ts';
import { readUint64 } from '../keys/uint64-key.ts';
import { crc32cUint64 } from './crc32c.ts';
import type { HashFamily } from './hash-family.ts';
import { half } from './hash64.ts';
import { carry } from './uint64.ts';

const COMMA = 0x2c;
let low = 0;
let high = 0;
let second = 0;
let last = 0;

/**
 * The hashes of AnchorHash's own implementation, cpp-anchorhash: a key is two decimal numbers below 2^64 with a comma
 * between them; every hash is the CRC-32C of the first plus the last hash, from the second less the last hash on.
 */
export const crc32cFamily: HashFamily = {
  name: 'crc32c',
  bits: 32,
  hash(key) {
    const length = loadKey(key);
    let comma = 0;
    while (comma < length && bytes[comma] !== COMMA) comma++;
    readUint64(comma + 1, length);
    second = half[0]!;
    readUint64(0, comma);
    low = half[0]!;
    high = half[1]!;
    last = crc32cUint64(second, low, high);
    half[0] = last;
    half[1] = 0;
  },
  first: (count) => (last >>> 0) % count,
  again(_bucket, count) {
    const difference = (low - last) | 0;
    last = crc32cUint64((second + last) | 0, difference, high - carry(low, last));
    return (last >>> 0) % count;
  },
};
