import type { PointSet } from './point-set.ts';

/** The points without those that lost to an equal one: what is left in a map whose keys are points. */
export function withoutOverwritten({ values, owners, counts }: PointSet): PointSet {
  const kept = values.reduce((sum, value, i) => sum + (i === 0 || value !== values[i - 1] ? 1 : 0), 0);
  if (kept === values.length) return { values, owners, counts };
  const left = { values: new Uint32Array(kept), owners: new Uint32Array(kept), counts };
  let next = 0;
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && values[i] === values[i - 1]) continue;
    left.values[next] = values[i]!;
    left.owners[next++] = owners[i]!;
  }
  return left;
}
