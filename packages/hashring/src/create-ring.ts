import { ketamaPoints } from './ketama-points.ts';
import { md5 } from './md5.ts';
import type { Ring, RingKey, RingNode } from './ring.ts';
import { createSuccessor } from './successor.ts';
import { validateNodes } from './validate-nodes.ts';

/** How keys are placed. */
export interface RingOptions {
  /**
   * `'ketama'`: libmemcached's weighted ketama, which php-memcached calls `OPT_LIBKETAMA_COMPATIBLE`,
   * pylibmc `ketama_weighted` and twemproxy `ketama`. @default 'ketama'
   */
  readonly algorithm?: 'ketama';
  /** What keys are hashed with. @default 'md5' */
  readonly hash?: 'md5';
}

/**
 * Builds a ring. The same nodes and weights place every key as libmemcached does. Their order counts only
 * where two points have the same value.
 *
 * @throws RangeError for an empty list, a port or a weight out of range, or an unknown algorithm or hash.
 * @throws TypeError for a host that is not a non-empty string and for two nodes with one label.
 */
export function createRing<Node extends RingNode>(nodes: readonly Node[], options: RingOptions = {}): Ring<Node> {
  const { algorithm = 'ketama', hash = 'md5' } = options;
  if (algorithm !== 'ketama') throw new RangeError(`algorithm must be 'ketama', got ${JSON.stringify(algorithm)}`);
  if (hash !== 'md5') throw new RangeError(`hash must be 'md5', got ${JSON.stringify(hash)}`);
  validateNodes(nodes);
  const copy = Object.freeze([...nodes]);
  return copy.length === 1 ? singleNodeRing(copy) : ketamaRing(copy);
}

function singleNodeRing<Node extends RingNode>(nodes: readonly Node[]): Ring<Node> {
  return {
    nodes,
    pick: () => 0,
    get: () => nodes[0]!,
    replicas(_key, count) {
      validateCount(count);
      return [0];
    },
  };
}

function ketamaRing<Node extends RingNode>(nodes: readonly Node[]): Ring<Node> {
  const { values, owners } = ketamaPoints(nodes);
  const successor = createSuccessor(values);
  const locate = (key: RingKey): number => successor(md5(key)[0]! >>> 0);
  const pick = (key: RingKey): number => owners[locate(key)]!;
  return {
    nodes,
    pick,
    get: (key) => nodes[pick(key)]!,
    replicas(key, count) {
      validateCount(count);
      return walk(owners, locate(key), nodes.length, count);
    },
  };
}

/** The first distinct owners clockwise from a position. */
function walk(owners: Uint32Array, from: number, nodeCount: number, count: number): number[] {
  const wanted = Math.min(count, nodeCount);
  const taken = new Uint8Array(nodeCount);
  const found: number[] = [];
  const take = (node: number): void => {
    if (taken[node] === 1) return;
    taken[node] = 1;
    found.push(node);
  };
  for (let i = 0; i < owners.length && found.length < wanted; i++) take(owners[(from + i) % owners.length]!);
  // Nodes whose weight is too small for a single point are the last resort.
  for (let node = 0; found.length < wanted; node++) take(node);
  return found;
}

function validateCount(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be a positive integer, got ${count}`);
}
