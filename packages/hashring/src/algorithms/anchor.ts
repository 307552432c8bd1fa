import { crc32cFamily } from '../hashes/crc32c-family.ts';
import { type FieldHash, hashFamilies } from '../hashes/hash-family.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { anchorBuckets } from '../lookups/anchor-buckets.ts';
import type { Algorithm } from './algorithm.ts';
import { continueHistory, freshHistory } from './bucket-history.ts';
import { bucketRing } from './bucket-ring.ts';
import { fieldHashes } from './field-options.ts';
import { integer, oneOf } from './option-rules.ts';

/** Options of `anchor`. */
export interface AnchorOptions {
  /** See {@link FieldHash}; or `crc32c`: a key is two numbers, as in cpp-anchorhash. @default 'murmur64b' */
  readonly hash?: FieldHash | 'crc32c';
  /**
   * The most nodes that the ring can ever have. It cannot be changed later: with another one nearly every key moves.
   * A lookup takes one step more for every time that the nodes fit into it 2.7 times.
   *
   * @default 0: 64, or with more than 32 nodes at first the power of two from twice as many on. Give it where rings
   * that are made from lists of different length must agree: two lists of 32 and 33 nodes have other capacities by default
   */
  readonly capacity?: number;
}

/**
 * AnchorHash (Mendelson et al. 2020): any node can leave and only its keys move; perfectly even. Where a node is
 * depends on who left before: keep the ring with `toJSON`, since one that is made from the list of its nodes places
 * keys in another way. A node that joins takes the place of the one that left last.
 */
export const anchor: Algorithm<AnchorOptions> = {
  name: 'anchor',
  options: { hash: oneOf('murmur64b', [...fieldHashes, 'crc32c']), capacity: integer(0, 0, 2 ** 24) },
  weights: 'none',
  label: ownOrAddress,
  place({ length }, { hash, capacity }, origin) {
    const state = continueHistory(length, false, origin) ?? freshHistory(length, capacity || roomFor(length));
    if (state.size < length) throw new RangeError(`the capacity of anchor must be at least ${length}, got ${capacity}`);
    const family = hash === 'crc32c' ? crc32cFamily : hashFamilies[hash];
    return { ...bucketRing(state, (buckets) => anchorBuckets(buckets, family)), state };
  },
};

function roomFor(nodes: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(nodes * 2)));
}
