import { loadKey, words } from '../keys/key-buffer.ts';
import type { Hash } from './hash.ts';
import { zeroTail } from './zero-tail.ts';

/** MurmurHash3_x86_32 (Appleby) with libhashkit's seed, which depends on the length. Only libmemcached's C API offers it. */
export const murmur3: Hash = {
  name: 'murmur3',
  key: (key) => buffered(loadKey(key)),
  buffered,
};

function buffered(length: number): number {
  return murmur3Buffered(length, Math.imul(0xdeadbeef, length));
}

/** MurmurHash3_x86_32 of the first `length` bytes of the key buffer, as a signed 32-bit integer. */
function murmur3Buffered(length: number, seed: number): number {
  zeroTail(length);
  const source = words;
  const whole = length >> 2;
  let hash = seed | 0;
  for (let i = 0; i < whole; i++) {
    hash ^= mixBlock(source[i]!);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if ((length & 3) !== 0) hash ^= mixBlock(source[whole]!);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mixBlock(word: number): number {
  const block = Math.imul(word, 0xcc9e2d51);
  return Math.imul((block << 15) | (block >>> 17), 0x1b873593);
}
