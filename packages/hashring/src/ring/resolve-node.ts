import { nodeAddress } from '../labels/address.ts';
import type { NodeReference, RingNode } from './ring.ts';

/**
 * The index of the node that is meant.
 *
 * @throws TypeError for what is neither an index nor has a host. @throws RangeError for a node that is not there.
 */
export function resolveNode(nodes: readonly RingNode[], reference: NodeReference): number {
  if (typeof reference === 'number') {
    if (nodes[reference] !== undefined) return reference;
    throw new RangeError(`the ring has no node ${reference}, only 0 to ${nodes.length - 1}`);
  }
  if (typeof reference !== 'object' || reference === null || typeof reference.host !== 'string') {
    throw new TypeError(`a node must be an index or have a host, got ${JSON.stringify(reference)}`);
  }
  const address = nodeAddress(reference);
  const index = nodes.findIndex((node) => nodeAddress(node) === address);
  if (index < 0) throw new RangeError(`the ring has no node ${address}`);
  return index;
}
