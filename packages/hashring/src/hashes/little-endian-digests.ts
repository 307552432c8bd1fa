import { loadKey } from '../keys/key-buffer.ts';
import { swapBytes } from './big-endian-blocks.ts';
import type { Hash } from './hash.ts';
import { digest, md5Buffered } from './md5.ts';
import { sha1Buffered, sha1Digest } from './sha1.ts';
import { sha256Buffered, sha256Digest } from './sha256.ts';

/** A hash whose whole digest is read, as little-endian words of 32 bits; its `key` and `buffered` return the first. */
export interface WordDigest extends Hash {
  /** The digest that was computed last. */
  readonly words: Int32Array;
}

/** The digests of `node:crypto` that npm `hashring` is given by name and that are computed here without allocating. */
export const littleEndianDigests: Readonly<Record<'md5' | 'sha1' | 'sha256', WordDigest>> = {
  md5: { name: 'md5', words: digest, key: (key) => md5Buffered(loadKey(key)), buffered: md5Buffered },
  sha1: swapped('sha1', sha1Digest, sha1Buffered),
  sha256: swapped('sha256', sha256Digest, sha256Buffered),
};

function swapped(name: string, bigEndian: Int32Array, compute: (length: number) => number): WordDigest {
  const words = new Int32Array(bigEndian.length);
  const buffered = (length: number): number => {
    compute(length);
    for (let i = 0; i < words.length; i++) words[i] = swapBytes(bigEndian[i]!);
    return words[0]!;
  };
  // Not the name of the hash itself: it is a big-endian number elsewhere.
  return { name: `${name} little-endian`, words, key: (key) => buffered(loadKey(key)), buffered };
}
