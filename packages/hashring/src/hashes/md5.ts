import { isLong } from '../keys/is-long.ts';
import { loadKey, words } from '../keys/key-buffer.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Hash } from './hash.ts';
import { addMd5Block } from './md5-block.ts';
import { md5FirstWord } from './md5-first-word.ts';
import { nativeMd5 } from './native-md5.ts';

/** The digest that {@link md5Buffered} computed last, as four little-endian words. */
export const digest: Int32Array = new Int32Array(4);

/** The longest key that is padded to one block. */
const ONE_BLOCK = 55;
/** From this length on `node:crypto` is faster, and is asked where it has MD5. */
const NATIVE_LENGTH = 1536;

/**
 * The first little-endian word of MD5 (RFC 1321), which is all that rings use of it for keys. It is our own because
 * `node:crypto` costs ten times as much for a short key, and has no MD5 at all in FIPS mode.
 */
export const md5: Hash = {
  name: 'md5',
  key(key: RingKey) {
    if (isLong(key, NATIVE_LENGTH)) return nativeMd5(key) ?? md5Buffered(loadKey(key));
    return firstWord(loadKey(key));
  },
  buffered: firstWord,
};

function firstWord(length: number): number {
  if (length > ONE_BLOCK) return md5Buffered(length);
  pad(length);
  return md5FirstWord(words);
}

/** Leaves the whole digest of the first `length` bytes of the key buffer in {@link digest}; returns its first word. */
export function md5Buffered(length: number): number {
  pad(length);
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  for (let block = 0; block <= (length + 8) >>> 6; block++) addMd5Block(digest, words, block << 4);
  return digest[0];
}

/** A mark behind the key, zeros up to the last eight bytes of a block, and there the length in bits. */
function pad(length: number): void {
  const target = words;
  const shift = (length & 3) << 3;
  const last = length >> 2;
  target[last] = (target[last]! & ((1 << shift) - 1)) | (0x80 << shift);
  const end = (((length + 8) >>> 6) + 1) << 4;
  for (let word = last + 1; word < end - 2; word++) target[word] = 0;
  target[end - 2] = length << 3;
  target[end - 1] = length >>> 29;
}
