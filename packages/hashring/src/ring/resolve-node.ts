import { nodeAddress } from '../labels/address.ts';
import type { NodeReference, RingNode } from './ring.ts';

/** The index of the node that is meant. @throws RangeError where there is none. */
export function resolveNode(nodes: readonly RingNode[], reference: NodeReference): number {
  const index =
    typeof reference === 'number' ? reference : nodes.findIndex((node) => nodeAddress(node) === nodeAddress(reference));
  if (nodes[index] !== undefined) return index;
  throw new RangeError(`the ring has no node ${typeof reference === 'number' ? reference : nodeAddress(reference)}`);
}
