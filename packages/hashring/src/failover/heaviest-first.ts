/** The indexes of all weights above 0, the greatest first and equal ones in order: what a round robin begins with. */
export function heaviestFirst(weights: readonly number[]): number[] {
  const order = [...weights.keys()].filter((index) => weights[index]! > 0);
  return order.sort((a, b) => weights[b]! - weights[a]!);
}
