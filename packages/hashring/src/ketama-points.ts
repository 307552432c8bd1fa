import { ringLabel } from './label.ts';
import { md5 } from './md5.ts';
import type { RingNode } from './ring.ts';

/** The points of a ring in ascending order. Equal values are ordered by the index of their node. */
export interface Points {
  readonly values: Uint32Array;
  /** The index of the node that owns the point. */
  readonly owners: Uint32Array;
}

/** Each digest gives four points. */
const POINTS_PER_HASH = 4;
/** A value of 32 bits and an index of 21 fit in the 53 bits of a double. */
const INDEX_SPAN = 2 ** 21;

/**
 * The points of libmemcached's weighted ketama: about 160 per node, shared out by weight and hashed from
 * `label-0`, `label-1` and so on. A node whose share of the weight is tiny can get none.
 */
export function ketamaPoints(nodes: readonly RingNode[]): Points {
  if (nodes.length > INDEX_SPAN) throw new RangeError(`a ring takes at most ${INDEX_SPAN} nodes, got ${nodes.length}`);
  const totalWeight = nodes.reduce((sum, node) => sum + (node.weight ?? 1), 0);
  const hashes = nodes.map((node) => hashCount(node.weight ?? 1, totalWeight, nodes.length));
  const count = hashes.reduce((sum, each) => sum + each, 0) * POINTS_PER_HASH;
  const packed = new Float64Array(count);
  let next = 0;
  for (const [index, node] of nodes.entries()) {
    const label = ringLabel(node);
    for (let i = 0; i < hashes[index]!; i++) {
      const digest = md5(`${label}-${i}`);
      for (const word of digest) packed[next++] = (word >>> 0) * INDEX_SPAN + index;
    }
  }
  packed.sort();
  return unpack(packed);
}

/** How many digests a node gets. libmemcached computes it in 32-bit floats, rounded at every step. */
function hashCount(weight: number, totalWeight: number, nodeCount: number): number {
  const f32 = Math.fround;
  const share = f32(f32(weight) / f32(totalWeight));
  const perNode = f32(f32(share * 160) / POINTS_PER_HASH);
  return Math.floor(f32(f32(perNode * f32(nodeCount)) + f32(1e-10)));
}

function unpack(packed: Float64Array): Points {
  const values = new Uint32Array(packed.length);
  const owners = new Uint32Array(packed.length);
  for (const [i, point] of packed.entries()) {
    values[i] = Math.floor(point / INDEX_SPAN);
    owners[i] = point % INDEX_SPAN;
  }
  return { values, owners };
}
