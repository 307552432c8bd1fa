/** The owners of all points, once round from a position. */
export function* walkPoints(owners: Uint32Array, from: number, step: 1 | -1): Iterable<number> {
  const { length } = owners;
  for (let i = 0; i < length; i++) yield owners[(from + i * step + length * 2) % length]!;
}

/** The first `count` distinct nodes of an order that may repeat them. */
export function* distinct(order: Iterable<number>, count: number): Iterable<number> {
  const seen = new Set<number>();
  for (const node of order) {
    if (seen.size >= count) return;
    if (seen.has(node)) continue;
    seen.add(node);
    yield node;
  }
}
