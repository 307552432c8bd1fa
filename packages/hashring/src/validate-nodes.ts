import { describeNode, ringLabel } from './label.ts';
import type { RingNode } from './ring.ts';

/** The weight is an unsigned 32-bit integer in libmemcached. */
const MAX_WEIGHT = 0xffffffff;

/**
 * Checks what a ring is built from.
 *
 * @throws RangeError for an empty list, a port or a weight out of range.
 * @throws TypeError for a host that is not a non-empty string and for two nodes with one label.
 */
export function validateNodes(nodes: readonly RingNode[]): void {
  if (nodes.length === 0) throw new RangeError('a ring needs at least one node');
  const seen = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    validateNode(node, index);
    const label = ringLabel(node);
    const first = seen.get(label);
    if (first !== undefined) {
      throw new TypeError(`${describeNode(node, index)} has the same label as node ${first}: ${label}`);
    }
    seen.set(label, index);
  }
}

function validateNode(node: RingNode, index: number): void {
  const { host, port, weight } = node;
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`node ${index} needs a host, got ${JSON.stringify(host)}`);
  }
  if (port !== undefined && !host.startsWith('/') && !isIntegerUpTo(port, 65_535)) {
    throw new RangeError(`the port of ${describeNode(node, index)} must be an integer from 1 to 65535, got ${port}`);
  }
  if (weight !== undefined && !isIntegerUpTo(weight, MAX_WEIGHT)) {
    throw new RangeError(`the weight of ${describeNode(node, index)} must be a positive integer, got ${weight}`);
  }
}

function isIntegerUpTo(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
