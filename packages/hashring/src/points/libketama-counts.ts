/**
 * How many points the original libketama gives each node: about 160, shared out by weight, four to a digest. The share
 * is a 32-bit float, but its product is computed in 64 bits: 61 equal nodes are the least that get 156 each.
 */
export function libketamaCounts(weights: readonly number[]): number[] {
  const f32 = Math.fround;
  const total = f32(weights.reduce((sum, weight) => sum + weight, 0));
  return weights.map((weight) => {
    const share = f32(f32(weight) / total);
    return Math.floor(f32(share * 40 * weights.length)) * 4;
  });
}
