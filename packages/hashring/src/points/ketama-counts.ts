/**
 * How many points libmemcached's weighted ketama gives each node: about 160, shared out by weight, four to a
 * digest. It computes them in 32-bit floats, rounded at every step, so that 25 equal nodes get 156 each. A node
 * whose share of the weight is tiny can get none.
 */
export function ketamaCounts(weights: readonly number[]): number[] {
  const f32 = Math.fround;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => {
    const share = f32(f32(weight) / f32(total));
    const digests = f32(f32(f32(share * 160) / 4) * f32(weights.length));
    return Math.floor(f32(digests + f32(1e-10))) * 4;
  });
}
