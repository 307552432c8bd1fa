/**
 * An order of servers up to the place where it comes upon a server that was there before for the `limit`-th time: where
 * clients give up that skip what they have tried.
 */
export function* untilRepeats(order: Iterable<number>, limit: number): Iterable<number> {
  const tried = new Set<number>();
  let repeats = 0;
  for (const node of order) {
    if (tried.has(node) && ++repeats === limit) return;
    tried.add(node);
    yield node;
  }
}
