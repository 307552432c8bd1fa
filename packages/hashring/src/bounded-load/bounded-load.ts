import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';
import { resolveNode } from '../ring/resolve-node.ts';
import type { NodeReference, Ring, RingKey } from '../ring/ring.ts';

/** Options of {@link createBoundedLoad}. */
export interface BoundedLoadOptions {
  /**
   * How many times its fair share a node may have. Near 1 the loads are nearly equal and many keys are sent on; HAProxy's
   * `hash-balance-factor 125` is 1.25.
   *
   * @default 1.25
   */
  readonly factor?: number;
}

/** Counts what every node of a ring has to do, and sends keys on whose node has its part. */
export interface BoundedLoad {
  /**
   * The index of the node that takes a key: the first in the ring's order of preference whose load is below its
   * capacity, which then is its load plus one. Never fails.
   */
  acquire(key: RingKey): number;
  /** What `acquire` gave is done. @throws RangeError for a node that is not there and for one without load. */
  release(node: NodeReference): void;
  /** How much of what `acquire` gave is not yet released, by node. */
  readonly loads: readonly number[];
  /** The most that each node may have when the next key is acquired. */
  capacities(): number[];
}

const rules: OptionRules<BoundedLoadOptions> = {
  factor: {
    default: 1.25,
    expected: 'a finite number above 1',
    accepts: (value) => typeof value === 'number' && value > 1 && Number.isFinite(value),
  },
};

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam 2018), on top of any ring. With m keys
 * acquired, a node of weight w takes another one only below `ceil(factor * (m + 1) * w / W)`, W being the sum of the
 * weights. Ejected nodes and those of weight 0 take none.
 *
 * @throws RangeError for a factor that is not above 1, and where all weights are 0.
 */
export function createBoundedLoad(ring: Ring, options: BoundedLoadOptions = {}): BoundedLoad {
  const { factor } = completeOptions<BoundedLoadOptions>('bounded load', rules, { ...options });
  const live = new Set(ring.replicas('', ring.nodes.length));
  const weights = ring.nodes.map(({ weight = 1 }, node) => (live.has(node) ? weight : 0));
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (largest === 0) throw new RangeError('a bounded load needs a node whose weight is not 0');
  // The sum of two weights can be beyond the largest number.
  const total = weights.reduce((sum, weight) => sum + weight / largest, 0);
  const shares = weights.map((weight) => weight / largest / total);
  const loads = ring.nodes.map(() => 0);
  let acquired = 0;

  const capacity = (node: number): number => Math.ceil(factor * (acquired + 1) * shares[node]!);
  const hasRoom = (node: number): boolean => loads[node]! < capacity(node);
  const choose = (key: RingKey): number => {
    const owner = ring.pick(key);
    if (hasRoom(owner)) return owner;
    // Few keys have to go far, and a longer list of replicas begins with the shorter one.
    for (let count = 4; count < live.size; count *= 4) {
      const node = ring.replicas(key, count).find(hasRoom);
      if (node !== undefined) return node;
    }
    return ring.replicas(key, live.size).find(hasRoom)!;
  };
  return {
    loads,
    acquire(key) {
      const node = choose(key);
      loads[node]!++;
      acquired++;
      return node;
    },
    release(reference) {
      const node = resolveNode(ring.nodes, reference);
      if (loads[node] === 0) throw new RangeError(`node ${node} has no load to release`);
      loads[node]!--;
      acquired--;
    },
    capacities: () => weights.map((_, node) => capacity(node)),
  };
}
