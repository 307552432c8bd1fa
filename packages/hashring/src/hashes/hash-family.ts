import { bytes, loadKey } from '../keys/key-buffer.ts';
import { readUint64 } from '../keys/uint64-key.ts';
import type { RingKey } from '../ring/ring.ts';
import { half, type Hash64 } from './hash64.ts';
import { md5Buffered } from './md5.ts';
import { mix32 } from './mix32.ts';
import { murmur64a } from './murmur64a.ts';
import { murmur64b } from './murmur64b.ts';
import { siphash24 } from './siphash24.ts';

/**
 * A hash of a key, and from it as many others as there are buckets: what the algorithms of the field are built on.
 * `first` and `again` speak of the key that was hashed last.
 */
export interface HashFamily {
  readonly name: string;
  /** How many low bits of `half` it fills. */
  readonly bits: 32 | 64;
  /** Hashes a key into `half`. */
  readonly hash: (key: RingKey) => void;
  /** The hash as an integer below `count`. */
  readonly first: (count: number) => number;
  /** The hash for one bucket as an integer below `count`. */
  readonly again: (bucket: number, count: number) => number;
}

/**
 * The hashes of the algorithms that leave the choice to their user. `murmur64b`, the fastest, is the default
 * everywhere: MurmurHash64B with seed 0. `murmur64a`: MurmurHash64A with seed 0. `siphash24`: SipHash-2-4 with key 0,
 * as go-maglev's users take. `md5`: the first four bytes of the digest, big-endian, as in SUPSI's Java library.
 * `uint64`: the key is a decimal number below 2^64, and its own hash, as in Guava's and go-jump's interface.
 */
export type FieldHash = 'murmur64b' | 'murmur64a' | 'siphash24' | 'md5' | 'uint64';

/** Those of them that take a seed. */
export type SeededHash = 'murmur64b' | 'murmur64a' | 'siphash24';

/** Every hash that takes a seed, by name. */
export const seededHashes: Readonly<Record<SeededHash, Hash64>> = { murmur64b, murmur64a, siphash24 };

/** Every family by the name of its hash. */
export const hashFamilies: Readonly<Record<FieldHash, HashFamily>> = {
  murmur64b: mixed('murmur64b', murmur64b.key),
  murmur64a: mixed('murmur64a', murmur64a.key),
  siphash24: mixed('siphash24', siphash24.key),
  md5: md5Family(),
  uint64: {
    ...mixed('uint64', (key) => readUint64(0, loadKey(key))),
    // Numbers need not be spread over all 64 bits.
    first: (count) => scale(mix32(half[0]! ^ half[1]!), count),
  },
};

/** Derives the other hashes from the 64 bits of the first. */
function mixed(name: string, hash: (key: RingKey) => void): HashFamily {
  return {
    name,
    bits: 64,
    hash,
    first: (count) => scale(half[1]!, count),
    again: (bucket, count) => scale(mix32(half[0]! + Math.imul(half[1]! | 1, bucket + 1)), count),
  };
}

/** Spreads a hash over `count` values: no worse than the remainder, and several times faster. */
function scale(hash: number, count: number): number {
  return ((hash >>> 0) * count * 2 ** -32) | 0;
}

/**
 * SUPSI's: the hash for a bucket is the digest of the key followed by the bucket's number as four bytes, big-endian,
 * except that bucket 0 has the hash of the key itself: its library takes a seed of 0 for none.
 */
function md5Family(): HashFamily {
  let length = 0;
  return {
    name: 'md5',
    bits: 32,
    hash(key) {
      length = loadKey(key);
      half[0] = bigEndian(md5Buffered(length));
      half[1] = 0;
    },
    first: (count) => (half[0]! >>> 0) % count,
    again(bucket, count) {
      if (bucket === 0) return (half[0]! >>> 0) % count;
      bytes[length] = bucket >>> 24;
      bytes[length + 1] = bucket >>> 16;
      bytes[length + 2] = bucket >>> 8;
      bytes[length + 3] = bucket;
      return (bigEndian(md5Buffered(length + 4)) >>> 0) % count;
    },
  };
}

function bigEndian(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
