/**
 * How many digests npm hashring 3.2 makes of each node: `vnodes`, shared out by weight. It computes them in 64-bit
 * floats, so that 7 equal nodes get 39 each where libmemcached gives them 40.
 */
export function hashringCounts(weights: readonly number[], vnodes: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.floor((weight / total) * vnodes * weights.length));
}
