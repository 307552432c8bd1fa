import type { Algorithm, Origin } from '../algorithms/algorithm.ts';
import { algorithms, type RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions } from '../algorithms/option-rules.ts';
import { buildRing } from './build-ring.ts';
import { frozenNode, frozenOptions } from './frozen.ts';
import type { Ring, RingJSON, RingNode } from './ring.ts';
import { validateNodes } from './validate-nodes.ts';

/**
 * Builds a ring, of frozen copies of the nodes. The same nodes and options place every key as the client does that the
 * algorithm is named after.
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
export function fromJSON<Node extends RingNode>(json: RingJSON<Node>): Ring<Node> {
  if (typeof json !== 'object' || json === null || !Array.isArray(json.nodes)) {
    throw new TypeError(`a ring as JSON must be an object with nodes and options, got ${describe(json)}`);
  }
  const { nodes, options, ejected, state } = json;
  const ring = restoreRing(nodes, options, state === undefined ? undefined : { state });
  if (state !== undefined && ring.toJSON().state === undefined) {
    throw new TypeError(`${ring.options.algorithm} has no state, got ${JSON.stringify(state)}`);
  }
  return ejected === undefined ? ring : ring.eject(ejected);
}

function restoreRing<Node extends RingNode>(
  nodes: readonly Node[],
  ringOptions: RingOptions,
  origin: Origin | undefined,
): Ring<Node> {
  if (typeof ringOptions !== 'object' || ringOptions === null) {
    throw new TypeError(`options must be an object such as {algorithm: 'ketama'}, got ${describe(ringOptions)}`);
  }
  if ('nodes' in ringOptions && 'options' in ringOptions) {
    throw new TypeError('options has nodes and options of its own: this preset takes both, createRing(nodes, options)');
  }
  const { algorithm: name = 'ketama', ...given } = ringOptions;
  if (!Object.hasOwn(algorithms, name)) {
    const names = Object.keys(algorithms).join(', ');
    throw new RangeError(`algorithm must be one of ${names}, got ${JSON.stringify(name)}`);
  }
  const algorithm = algorithms[name] as Algorithm<object>;
  const options = frozenOptions(completeOptions<object>(name, algorithm.options, given));
  validateNodes(nodes, algorithm.weights, (node) => algorithm.label(node, options));
  return buildRing({ algorithm, options, nodes: Object.freeze(nodes.map((node) => frozenNode(node))) }, origin);
}

/** What was given instead of an object. */
function describe(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : typeof value;
}
