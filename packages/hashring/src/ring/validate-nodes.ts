import type { WeightRule } from '../algorithms/algorithm.ts';
import { isSocket } from '../labels/host-unless-default-port.ts';
import type { RingNode } from './ring.ts';

/** What each rule accepts, and how a message says it. */
const WEIGHTS: Record<WeightRule, { readonly expected: string; readonly accepts: (weight: number) => boolean }> = {
  integer: {
    expected: 'an integer from 0 to 4294967295',
    accepts: (weight) => Number.isInteger(weight) && weight <= 0xffffffff,
  },
  number: { expected: 'a finite number of at least 0', accepts: Number.isFinite },
  unit: { expected: 'a number from 0 to 1', accepts: (weight) => weight <= 1 },
  none: { expected: '1: this algorithm has no weights', accepts: (weight) => weight === 1 },
};

/**
 * Checks what a ring is built from.
 *
 * @param labels what is hashed for each node.
 * @throws RangeError for an empty list, a port or a weight out of range.
 * @throws TypeError for a host that is not a non-empty string and for two nodes with one label.
 */
export function validateNodes(nodes: readonly RingNode[], rule: WeightRule, label: (node: RingNode) => string): void {
  if (!Array.isArray(nodes)) throw new TypeError(`nodes must be an array, got ${typeof nodes}`);
  if (nodes.length === 0) throw new RangeError('a ring needs at least one node');
  const seen = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    validateNode(node, index, rule);
    const hashed = label(node);
    const first = seen.get(hashed);
    if (first !== undefined) {
      throw new TypeError(`${describeNode(node, index)} has the same label as node ${first}: ${hashed}`);
    }
    seen.set(hashed, index);
  }
}

function validateNode(node: RingNode, index: number, rule: WeightRule): void {
  if (typeof node !== 'object' || node === null) {
    throw new TypeError(`node ${index} must be an object such as {host: 'cache-1'}, got ${JSON.stringify(node)}`);
  }
  const { host, port, weight = 1, label } = node;
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`node ${index} needs a host, got ${JSON.stringify(host)}`);
  }
  const name = describeNode(node, index);
  if (label !== undefined && (typeof label !== 'string' || label === '')) {
    throw new TypeError(`the label of ${name} must be a non-empty string, got ${JSON.stringify(label)}`);
  }
  if (port !== undefined && !isSocket(host) && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RangeError(`the port of ${name} must be an integer from 1 to 65535, got ${port}`);
  }
  if (typeof weight !== 'number' || !(weight >= 0) || !WEIGHTS[rule].accepts(weight)) {
    throw new RangeError(`the weight of ${name} must be ${WEIGHTS[rule].expected}, got ${weight}`);
  }
}

/** How an error message names a node, also one that is not valid. */
export function describeNode(node: RingNode, index: number): string {
  return `node ${index} (${node.host}${node.port === undefined ? '' : `:${node.port}`})`;
}
