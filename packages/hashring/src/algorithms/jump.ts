import { type FieldHash, hashFamilies } from '../hashes/hash-family.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { jumpBucket } from '../lookups/jump.ts';
import { mementoBuckets } from '../lookups/memento-buckets.ts';
import type { Algorithm } from './algorithm.ts';
import { freshHistory } from './bucket-history.ts';
import { bucketRing, onlyLastLeaves } from './bucket-ring.ts';
import { fieldHash } from './field-options.ts';

/** Options of `jump`. */
export interface JumpOptions {
  /** See {@link FieldHash}. @default 'murmur64b' */
  readonly hash?: FieldHash;
}

/**
 * Jump consistent hash (Lamping and Veach 2014), as in Guava and go-jump: perfectly even, no memory at all, and only
 * the last node can leave; `without` any other throws a RangeError. A key's further preferences are MementoHash's.
 */
export const jump: Algorithm<JumpOptions> = {
  name: 'jump',
  options: { hash: fieldHash },
  weights: 'none',
  label: ownOrAddress,
  place(nodes, { hash }, origin) {
    onlyLastLeaves('jump', origin);
    return bucketRing(freshHistory(nodes.length, nodes.length), (size) =>
      mementoBuckets(size, hashFamilies[hash], jumpBucket),
    );
  },
};
