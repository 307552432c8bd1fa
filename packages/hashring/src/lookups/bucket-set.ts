import type { RingKey } from '../ring/ring.ts';

/** Numbered buckets of which one after another can be taken away. */
export interface BucketSet {
  /** The bucket of a key. Allocates nothing. */
  readonly locate: (key: RingKey) => number;
  /** Takes a bucket away that is there and is not the last one left. Only its keys move. */
  readonly remove: (bucket: number) => void;
}
