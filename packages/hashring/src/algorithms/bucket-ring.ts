import type { BucketSet } from '../lookups/bucket-set.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Origin, Placement } from './algorithm.ts';
import type { BucketHistory } from './bucket-history.ts';

/**
 * Composes an algorithm that numbers its nodes. The order of preference of a key is where it goes when its node is
 * taken away, and then the next: what `without` would do, one node after another.
 *
 * @param create makes a set of buckets that are all there.
 */
export function bucketRing(
  { size, buckets, removed }: BucketHistory,
  create: (size: number) => BucketSet,
): Omit<Placement, 'state'> {
  const owners = new Int32Array(size).fill(-1);
  for (const [node, bucket] of buckets.entries()) owners[bucket] = node;
  const replay = (): BucketSet => {
    const set = create(size);
    for (const bucket of removed) set.remove(bucket);
    return set;
  };
  const { locate } = replay();
  const walk = function* (key: RingKey): Iterable<number> {
    let bucket = locate(key);
    yield owners[bucket]!;
    const left = replay();
    for (let i = 1; i < buckets.length; i++) {
      left.remove(bucket);
      bucket = left.locate(key);
      yield owners[bucket]!;
    }
  };
  return { pick: (key) => owners[locate(key)]!, walk, failover: walk };
}

/**
 * Refuses a change in which another node than the last ones leaves.
 *
 * @throws RangeError that says what can be done instead.
 */
export function onlyLastLeaves(algorithm: string, origin: Origin | undefined): void {
  const gap = origin?.from?.findIndex((index, position) => index >= 0 && index !== position) ?? -1;
  if (gap < 0) return;
  throw new RangeError(
    `${algorithm} cannot lose node ${gap}, only the last one: it knows nodes by their number, so that every node ` +
      'behind would change places; anchor, memento and maglev can lose any node',
  );
}
