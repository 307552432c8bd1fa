import type { Algorithm, Origin } from '../algorithms/algorithm.ts';
import type { RingOptions } from '../algorithms/algorithms.ts';
import { checkKey } from '../keys/check-key.ts';
import { distinct } from '../lookups/walk.ts';
import { diffRings } from './diff.ts';
import { ejectionOrder } from './ejection-order.ts';
import { frozenNode } from './frozen.ts';
import { liveNodes } from './live-nodes.ts';
import { resolveNode } from './resolve-node.ts';
import type { NodeReference, Ring, RingKey, RingNode } from './ring.ts';
import { registerSpace, ringShares } from './shares.ts';
import { validateNodes } from './validate-nodes.ts';

/** What a ring is built from: all of it checked. */
export interface RingDefinition<Node extends RingNode> {
  readonly algorithm: Algorithm<object>;
  readonly options: object;
  readonly nodes: readonly Node[];
  /** The indexes of the nodes that are not ejected, ascending. Absent where all are there. */
  readonly live?: readonly number[];
}

/** Builds a ring, from the placement of an earlier one where there is one. */
export function buildRing<Node extends RingNode>(definition: RingDefinition<Node>, origin?: Origin): Ring<Node> {
  const { algorithm, options, nodes, live } = definition;
  const placed = algorithm.place(live?.map((index) => nodes[index]!) ?? nodes, options, origin);
  const placement = live === undefined ? placed : liveNodes(placed, live);
  const pick = nodes.length === 1 ? pickOnly : placement.pick;

  /** The ring of other nodes; `from` gives the index that each has here. */
  const change = (changed: readonly Node[], from: readonly number[]): Ring<Node> => {
    if (live !== undefined)
      throw new TypeError('a ring with ejected nodes does not change: change the whole ring, then eject');
    validateNodes(changed, algorithm.weights, (node) => algorithm.label(node, options));
    return buildRing(
      { algorithm, options, nodes: Object.freeze(changed.map((node) => frozenNode(node))) },
      { placement: placed, from },
    );
  };
  const preference = function* (key: RingKey): Iterable<number> {
    yield* placement.walk(key);
    // Nodes that a walk leaves out, as those whose weight is too small for a single point, are the last resort.
    yield* live ?? nodes.keys();
  };
  const failover = (key: RingKey): Iterable<number> => {
    if (placement.failover !== undefined) return placement.failover(key);
    return algorithm.ejects === true ? ejectionOrder(ring, key) : [pick(key)];
  };

  const ring: Ring<Node> = {
    nodes,
    options: Object.freeze({ algorithm: algorithm.name, ...options }) as RingOptions,
    pick,
    get: (key) => nodes[pick(key)]!,
    pickMany(keys, out = new Uint32Array(keys.length)) {
      if (typeof keys === 'string') throw new TypeError('keys must be an array, got a string');
      if (out.length < keys.length)
        throw new RangeError(`out must hold ${keys.length} indexes, it holds ${out.length}`);
      for (let i = 0; i < keys.length; i++) out[i] = pick(keys[i]!);
      return out;
    },
    replicas(key, count) {
      if (!Number.isInteger(count) || count < 1) throw new RangeError(`count must be a positive integer, got ${count}`);
      return [...distinct(preference(key), count)];
    },
    sequence: (key) => distinct(failover(key), nodes.length),
    with(added) {
      const more = (Array.isArray(added) ? added : [added]) as readonly Node[];
      return change([...nodes, ...more], [...nodes.keys(), ...more.map(() => -1)]);
    },
    without(reference) {
      const gone = resolveNode(nodes, reference);
      const from = [...nodes.keys()].filter((index) => index !== gone);
      return change(
        from.map((index) => nodes[index]!),
        from,
      );
    },
    reweight(reference, weight) {
      const index = resolveNode(nodes, reference);
      if (typeof weight !== 'number') throw new TypeError(`weight must be a number, got ${typeof weight}`);
      return change(nodes.with(index, { ...nodes[index]!, weight }), [...nodes.keys()]);
    },
    eject(dead) {
      if (algorithm.ejects !== true)
        throw new TypeError(`${algorithm.name} does not eject nodes: use sequence or without`);
      if (!Array.isArray(dead)) throw new TypeError(`dead must be an array of nodes, got ${typeof dead}`);
      const gone = new Set((dead as readonly NodeReference[]).map((reference) => resolveNode(nodes, reference)));
      const before = live ?? [...nodes.keys()];
      if (!before.some((index) => gone.has(index))) return ring;
      const from = [...before.keys()].filter((position) => !gone.has(before[position]!));
      if (from.length === 0) throw new RangeError('a ring needs at least one live node');
      const left = from.map((position) => before[position]!);
      return buildRing({ ...definition, live: left }, { placement: placed, from, ejecting: true });
    },
    diff: (other) => diffRings(ring, other),
    shares: () => ringShares(ring),
    toJSON: () => ({
      options: ring.options,
      nodes,
      ...(live && { ejected: [...nodes.keys()].filter((index) => !live.includes(index)) }),
      ...(placed.state !== undefined && { state: placed.state }),
    }),
  };
  registerSpace(ring, placement.space);
  return Object.freeze(ring);
}

/** A single node owns every key. */
function pickOnly(key: RingKey): number {
  if (typeof key !== 'string') checkKey(key);
  return 0;
}
