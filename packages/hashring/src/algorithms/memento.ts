import { type FieldHash, hashFamilies } from '../hashes/hash-family.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { jumpBucket } from '../lookups/jump.ts';
import { mementoBuckets } from '../lookups/memento-buckets.ts';
import type { Algorithm } from './algorithm.ts';
import { continueHistory, freshHistory } from './bucket-history.ts';
import { bucketRing } from './bucket-ring.ts';
import { fieldHash } from './field-options.ts';

/** Options of `memento`. */
export interface MementoOptions {
  /** See {@link FieldHash}. @default 'murmur64b' */
  readonly hash?: FieldHash;
}

/**
 * MementoHash (Coluzzi et al. 2023): jump, with a memory of the nodes that left, so that any node can leave and only
 * its keys move. Where a node is depends on who left before: keep the ring with `toJSON`, since one that is made from
 * the list of its nodes places keys in another way. A node that joins takes the place of the one that left last.
 */
export const memento: Algorithm<MementoOptions> = {
  name: 'memento',
  options: { hash: fieldHash },
  weights: 'none',
  label: ownOrAddress,
  place({ length }, { hash }, origin) {
    const state = continueHistory(length, true, origin) ?? freshHistory(length, length);
    return { ...bucketRing(state, (size) => mementoBuckets(size, hashFamilies[hash], jumpBucket)), state };
  },
};
