import type { Algorithm, Origin } from '../algorithms/algorithm.ts';
import { algorithms, type RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions } from '../algorithms/option-rules.ts';
import { buildRing } from './build-ring.ts';
import type { Ring, RingJSON, RingNode } from './ring.ts';
import { validateNodes } from './validate-nodes.ts';

/**
 * Builds a ring. The same nodes and options place every key as the client that the algorithm is named after does.
 *
 * @param options `{ algorithm: 'ketama' }` where none are given; an option that is left out has its default.
 * @throws RangeError for an empty list, a port, a weight or an option out of range, or an unknown algorithm.
 * @throws TypeError for a host that is not a non-empty string, two nodes with one label and an option that the
 * algorithm does not have.
 */
export function createRing<Node extends RingNode>(nodes: readonly Node[], options: RingOptions = {}): Ring<Node> {
  return restoreRing(nodes, options, undefined);
}

/**
 * The ring that `toJSON` was called on, also after a trip through `JSON.stringify`.
 *
 * @throws what {@link createRing} throws.
 */
export function fromJSON<Node extends RingNode>({ nodes, options, ejected, state }: RingJSON<Node>): Ring<Node> {
  const ring = restoreRing(nodes, options, state === undefined ? undefined : { state });
  return ejected === undefined ? ring : ring.eject(ejected);
}

function restoreRing<Node extends RingNode>(
  nodes: readonly Node[],
  { algorithm: name = 'ketama', ...given }: RingOptions,
  origin: Origin | undefined,
): Ring<Node> {
  if (!Object.hasOwn(algorithms, name)) {
    const names = Object.keys(algorithms).join(', ');
    throw new RangeError(`algorithm must be one of ${names}, got ${JSON.stringify(name)}`);
  }
  const algorithm = algorithms[name] as Algorithm<object>;
  const options = completeOptions<object>(name, algorithm.options, given);
  validateNodes(nodes, algorithm.weights, (node) => algorithm.label(node, options));
  return buildRing({ algorithm, options, nodes: Object.freeze([...nodes]) }, origin);
}
