import { loadKey, words } from '../keys/key-buffer.ts';
import type { Hash } from './hash.ts';
import { zeroTail } from './zero-tail.ts';

const MULTIPLIER = 0x5bd1e995;

/** MurmurHash2 (Appleby) with libhashkit's seed, which depends on the length: libmemcached's and twemproxy's `murmur`. */
export const murmur2: Hash = { name: 'murmur', key: (key) => murmur2Buffered(loadKey(key)), buffered: murmur2Buffered };

function murmur2Buffered(length: number): number {
  zeroTail(length);
  const source = words;
  const whole = length >> 2;
  let hash = Math.imul(0xdeadbeef, length) ^ length;
  for (let i = 0; i < whole; i++) {
    const block = Math.imul(source[i]!, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(block ^ (block >>> 24), MULTIPLIER);
  }
  if ((length & 3) !== 0) hash = Math.imul(hash ^ source[whole]!, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
