import { liveNodes } from '../ring/live-nodes.ts';
import type { RingNode } from '../ring/ring.ts';
import type { Origin, Placement } from './algorithm.ts';

interface SortedPlacement extends Placement {
  readonly inner: Placement;
  /** The index in the given list of each node of the sorted one. */
  readonly order: readonly number[];
}

/** Places nodes as a client does that sorts its list first. The indexes are those of the list as it was given. */
export function sortedNodes(
  nodes: readonly RingNode[],
  compare: (a: RingNode, b: RingNode) => number,
  origin: Origin | undefined,
  place: (sorted: readonly RingNode[], origin: Origin | undefined) => Placement,
): SortedPlacement {
  const order = [...nodes.keys()].sort((a, b) => compare(nodes[a]!, nodes[b]!) || a - b);
  const inner = place(
    order.map((index) => nodes[index]!),
    sortedOrigin(order, origin),
  );
  return { ...liveNodes(inner, order), inner, order };
}

function sortedOrigin(order: readonly number[], origin: Origin | undefined): Origin | undefined {
  const previous = origin?.placement as SortedPlacement | undefined;
  if (previous === undefined || origin?.from === undefined) return undefined;
  const positions = new Map(previous.order.map((index, position) => [index, position]));
  const from = order.map((index) => positions.get(origin.from![index]!) ?? -1);
  return { ...origin, placement: previous.inner, from };
}
