import type { PointSet } from '../points/point-set.ts';

/**
 * The owners of `count` points of the circle at equal distances from 0 on, each found as {@link successor} finds it.
 * A lookup is then one access to a table, whatever the number of nodes, but a node whose points own none of the
 * `count` gets no key at all.
 *
 * @throws RangeError where there is no point.
 */
export function bucketTable({ values, owners }: PointSet, count: number): Uint32Array {
  if (values.length === 0) throw new RangeError('no node has a point: all weights are 0');
  const step = Math.floor(0xffffffff / count);
  const table = new Uint32Array(count);
  let at = 0;
  for (let bucket = 0; bucket < count; bucket++) {
    while (at < values.length && values[at]! < step * bucket) at++;
    table[bucket] = owners[at % values.length]!;
  }
  return table;
}
