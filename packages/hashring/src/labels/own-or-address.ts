import type { RingNode } from '../ring/ring.ts';
import { nodeAddress } from './address.ts';

/** The label that was given, or else host and port. */
export function ownOrAddress(node: RingNode): string {
  return node.label ?? nodeAddress(node);
}
