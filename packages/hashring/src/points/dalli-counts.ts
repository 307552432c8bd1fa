const POINTS_PER_NODE = 160;

/** How many points dalli gives each node: 160 on average, shared out by weight and rounded down. */
export function dalliCounts(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  return weights.map((weight) => Math.floor((weights.length * POINTS_PER_NODE * weight) / total));
}
