import type { Origin } from './algorithm.ts';

/**
 * What an algorithm remembers that gives a node a bucket for as long as it stays. The nodes' buckets and those that
 * were taken away are together the numbers from 0 to `size` - 1.
 */
export interface BucketHistory {
  readonly size: number;
  /** The bucket of each node. */
  readonly buckets: readonly number[];
  /** The buckets that were taken away, the last one last: the next node to join gets that. */
  readonly removed: readonly number[];
}

/** The history of `count` nodes of which each has the bucket of its index, in a set of `size` buckets. */
export function freshHistory(count: number, size: number): BucketHistory {
  const buckets = Array.from({ length: count }, (_, index) => index);
  const removed = Array.from({ length: size - count }, (_, index) => size - 1 - index);
  return frozen({ size, buckets, removed });
}

/**
 * Continues the history of a ring that changes or that is read from JSON.
 *
 * @param grows whether the set grows and shrinks at its end as long as no bucket is taken away.
 * @returns undefined where there is nothing to continue.
 * @throws RangeError when a node joins, every bucket is taken and the set does not grow.
 * @throws TypeError for a state that is not a history of `count` nodes.
 */
export function continueHistory(count: number, grows: boolean, origin: Origin | undefined): BucketHistory | undefined {
  if (origin?.placement === undefined)
    return origin?.state === undefined ? undefined : readHistory(origin.state, count);
  const before = origin.placement.state as BucketHistory;
  const from = origin.from!;
  const removed = [...before.removed];
  let { size } = before;
  const staying = new Set(from);
  for (const [index, bucket] of before.buckets.entries()) {
    if (staying.has(index)) continue;
    if (grows && removed.length === 0 && bucket === size - 1) size = bucket;
    else removed.push(bucket);
  }
  const buckets = from.map((index) => {
    if (index >= 0) return before.buckets[index]!;
    const bucket = removed.pop();
    if (bucket !== undefined) return bucket;
    if (grows) return size++;
    throw new RangeError(`all ${size} buckets are taken: a ring with a larger capacity is another ring`);
  });
  return frozen({ size, buckets, removed });
}

function readHistory(state: unknown, count: number): BucketHistory {
  const { size, buckets, removed } = Object(state) as Partial<Record<keyof BucketHistory, unknown>>;
  if (Array.isArray(buckets) && Array.isArray(removed) && buckets.length === count) {
    const numbers = new Set<unknown>([...(buckets as unknown[]), ...(removed as unknown[])]);
    const distinct = numbers.size === buckets.length + removed.length && numbers.size === size;
    const whole = Array.from(numbers.keys(), (_, bucket) => numbers.has(bucket));
    if (distinct && whole.every(Boolean)) return frozen({ size, buckets: [...buckets], removed: [...removed] });
  }
  throw new TypeError(`the state must be one that toJSON gave for these nodes, got ${JSON.stringify(state)}`);
}

/** What `toJSON` hands out must not change the ring. */
function frozen({ size, buckets, removed }: BucketHistory): BucketHistory {
  return Object.freeze({ size, buckets: Object.freeze(buckets), removed: Object.freeze(removed) });
}
