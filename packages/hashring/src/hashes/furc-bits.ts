import { half } from './hash64.ts';
import { murmur64a, rehash64a } from './murmur64a.ts';

/** mcrouter's seed for everything but the keys of rendezvous hashing. */
export const FURC_SEED = 4_193_360_111;
/** How many 64-bit words are kept. A reader never goes back further than half of that. */
const KEPT = 1024;

const stream = new Int32Array(2 * KEPT);
let last = 0;

/** Begins the endless stream of bits of the key of `length` bytes in the key buffer: each 64 are the hash of those before. */
export function startBits(length: number): void {
  murmur64a.buffered(length, FURC_SEED);
  stream[0] = half[0]!;
  stream[1] = half[1]!;
  last = 0;
}

/** One bit of the stream. */
export function bitAt(index: number): number {
  return (word(index >>> 5) >>> (index & 31)) & 1;
}

/** The 32 bits from an index on. */
export function bitsFrom(index: number): number {
  const shift = index & 31;
  const first = word(index >>> 5);
  return shift === 0 ? first : (first >>> shift) | (word((index >>> 5) + 1) << (32 - shift));
}

/** 32 bits of the stream by their number. */
function word(index: number): number {
  for (; last < index >>> 1;) {
    const at = (last % KEPT) * 2;
    half[0] = stream[at]!;
    half[1] = stream[at + 1]!;
    rehash64a(FURC_SEED);
    last++;
    stream[(last % KEPT) * 2] = half[0];
    stream[(last % KEPT) * 2 + 1] = half[1];
  }
  return stream[index % (2 * KEPT)]!;
}
