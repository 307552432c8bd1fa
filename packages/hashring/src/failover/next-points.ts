import type { PointSet } from '../points/point-set.ts';

/** The owners of the first `count` points from a hash on; of points with the same value only the first counts. */
export function* nextPoints({ values, owners }: PointSet, hash: number, count: number): Iterable<number> {
  const { length } = values;
  const start = firstNotBelow(values, hash >>> 0);
  let left = count;
  for (let i = 0; i < length && left > 0; i++) {
    const at = (start + i) % length;
    if (at > 0 && values[at] === values[at - 1]) continue;
    left--;
    yield owners[at]!;
  }
}

function firstNotBelow(values: Uint32Array, hash: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
