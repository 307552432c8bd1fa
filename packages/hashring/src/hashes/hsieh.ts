import { bytes, loadKey, words } from '../keys/key-buffer.ts';
import { CHAR_SHIFTS, type CharSignedness } from './char-signedness.ts';
import type { Hash } from './hash.ts';

/**
 * Paul Hsieh's SuperFastHash as twemproxy and libmemcached have it: it begins with 0, and the last byte of a key of
 * 4n + 3 bytes is taken as `char`. Debian builds libmemcached without it.
 */
export const hsieh: Readonly<Record<CharSignedness, Hash>> = {
  signed: create('hsieh', CHAR_SHIFTS.signed),
  unsigned: create('hsieh of unsigned char', CHAR_SHIFTS.unsigned),
};

function create(name: string, charShift: number): Hash {
  const buffered = (length: number): number => {
    const source = words;
    const whole = length >> 2;
    let hash = 0;
    for (let i = 0; i < whole; i++) {
      const word = source[i]!;
      hash = (hash + (word & 0xffff)) | 0;
      hash = (hash << 16) ^ (((word >>> 16) << 11) ^ hash);
      hash = (hash + (hash >>> 11)) | 0;
    }
    const at = whole << 2;
    return avalanche(addTail(hash, length & 3, at, charShift));
  };
  return { name, buffered, key: (key) => buffered(loadKey(key)) };
}

/** Adds the last 0 to 3 bytes, from `at` on. */
function addTail(sum: number, count: number, at: number, charShift: number): number {
  const source = bytes;
  let hash = sum;
  if (count === 0) return hash;
  if (count === 1) {
    hash = (hash + source[at]!) | 0;
    hash ^= hash << 10;
    return (hash + (hash >>> 1)) | 0;
  }
  hash = (hash + (source[at]! | (source[at + 1]! << 8))) | 0;
  if (count === 2) {
    hash ^= hash << 11;
    return (hash + (hash >>> 17)) | 0;
  }
  hash ^= hash << 16;
  hash ^= ((source[at + 2]! << charShift) >> charShift) << 18;
  return (hash + (hash >>> 11)) | 0;
}

function avalanche(sum: number): number {
  let hash = sum ^ (sum << 3);
  hash = (hash + (hash >>> 5)) | 0;
  hash ^= hash << 4;
  hash = (hash + (hash >>> 17)) | 0;
  hash ^= hash << 25;
  return (hash + (hash >>> 6)) | 0;
}
