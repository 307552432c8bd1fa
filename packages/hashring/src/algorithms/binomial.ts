import { type FieldHash, hashFamilies } from '../hashes/hash-family.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { binomialBucket } from '../lookups/binomial.ts';
import { mementoBuckets } from '../lookups/memento-buckets.ts';
import type { Algorithm } from './algorithm.ts';
import { freshHistory } from './bucket-history.ts';
import { bucketRing, onlyLastLeaves } from './bucket-ring.ts';
import { fieldHash } from './field-options.ts';

/** Options of `binomial`. */
export interface BinomialOptions {
  /** See {@link FieldHash}. @default 'murmur64b' */
  readonly hash?: FieldHash;
}

/**
 * BinomialHash (Coluzzi et al. 2024): what jump does, in constant time. Only the last node can leave; `without` any
 * other throws a RangeError. A key's further preferences are MementoHash's.
 */
export const binomial: Algorithm<BinomialOptions> = {
  name: 'binomial',
  options: { hash: fieldHash },
  weights: 'none',
  label: ownOrAddress,
  place(nodes, { hash }, origin) {
    onlyLastLeaves('binomial', origin);
    return bucketRing(freshHistory(nodes.length, nodes.length), (size) =>
      mementoBuckets(size, hashFamilies[hash], binomialBucket),
    );
  },
};
