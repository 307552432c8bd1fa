/**
 * Turns a label into points. Point `i` of a label is always the same, whatever the other nodes are, so that a
 * change of the ring touches only what it adds and takes away.
 */
export interface PointStream {
  /** Whether a label gives as many points as it is asked for, or only multiples of this number. */
  readonly group: number;
  /** Writes the points `from` (inclusive) to `to` (exclusive) of a label to the start of `out`. Both are multiples of `group`. */
  readonly write: (label: string, from: number, to: number, out: Uint32Array) => void;
}

/** The points of a ring in ascending order; where values are equal, in the order in which a lookup prefers them. */
export interface PointSet {
  readonly values: Uint32Array;
  /** The index of the node that owns the point. */
  readonly owners: Uint32Array;
  /** How many points each node has. */
  readonly counts: Uint32Array;
}

/** What a set of points is made from. */
export interface PointSource {
  readonly labels: readonly string[];
  /** How many points each label gets. */
  readonly counts: ArrayLike<number>;
  readonly stream: PointStream;
  /** Who wins where two nodes have the same point: the first in the list, or the last. */
  readonly ties: 'first' | 'last';
}

/** The set that a new one is made from, and the index that each of the new nodes had there: -1 for none, ascending otherwise. */
export interface PointOrigin {
  readonly points: PointSet;
  readonly from: ArrayLike<number>;
}

/** A value of 32 bits and an index of 21 fit in the 53 bits of a double. */
const INDEX_SPAN = 2 ** 21;
/** Enough for 100,000 nodes of weight 1; 128 MiB. */
const MAX_POINTS = 2 ** 24;

/** Makes a set of points; from an earlier one by hashing only what changes and one pass over the rest. */
export function createPoints(source: PointSource, origin?: PointOrigin): PointSet {
  const total = Array.from(source.counts).reduce((sum, count) => sum + count, 0);
  if (total > MAX_POINTS)
    throw new RangeError(`the weights ask for ${total} points, at most ${MAX_POINTS} are possible: lower them`);
  const counts = Uint32Array.from(source.counts);
  if (origin === undefined) return { ...hashPoints(source, new Uint32Array(counts.length), counts), counts };
  const before = counts.map((_, node) => (origin.from[node]! < 0 ? 0 : origin.points.counts[origin.from[node]!]!));
  const added = hashPoints(source, before, counts);
  const dropped = hashPoints(source, counts, before);
  return { ...merge(origin, added, dropped, source), counts };
}

type Points = Pick<PointSet, 'values' | 'owners'>;

/** The sorted points from `from[node]` to `to[node]` of every node. */
function hashPoints({ labels, stream, ties }: PointSource, from: Uint32Array, to: Uint32Array): Points {
  const missing = to.map((end, node) => Math.max(0, end - from[node]!));
  const packed = new Float64Array(missing.reduce((sum, count) => sum + count, 0));
  const values = new Uint32Array(missing.reduce((most, count) => Math.max(most, count), 0));
  let next = 0;
  for (const [node, count] of missing.entries()) {
    if (count === 0) continue;
    stream.write(labels[node]!, from[node]!, to[node]!, values);
    const preference = ties === 'first' ? node : INDEX_SPAN - 1 - node;
    for (let i = 0; i < count; i++) packed[next++] = values[i]! * INDEX_SPAN + preference;
  }
  return unpack(packed.sort(), ties);
}

function unpack(packed: Float64Array, ties: PointSource['ties']): Points {
  const values = new Uint32Array(packed.length);
  const owners = new Uint32Array(packed.length);
  for (let i = 0; i < packed.length; i++) {
    const value = Math.floor(packed[i]! / INDEX_SPAN);
    const preference = packed[i]! - value * INDEX_SPAN;
    values[i] = value;
    owners[i] = ties === 'first' ? preference : INDEX_SPAN - 1 - preference;
  }
  return { values, owners };
}

function merge({ points, from }: PointOrigin, added: Points, dropped: Points, source: PointSource): Points {
  const moved = new Int32Array(points.counts.length).fill(-1);
  for (let node = 0; node < from.length; node++) if (from[node]! >= 0) moved[from[node]!] = node;
  const length = Array.from(source.counts).reduce((sum, count) => sum + count, 0);
  const values = new Uint32Array(length);
  const owners = new Uint32Array(length);
  const first = source.ties === 'first';
  let nextAdded = 0;
  let nextDropped = 0;
  let next = 0;
  const takeAdded = (): void => {
    values[next] = added.values[nextAdded]!;
    owners[next++] = added.owners[nextAdded++]!;
  };
  for (let i = 0; i < points.values.length; i++) {
    const owner = moved[points.owners[i]!]!;
    if (owner < 0) continue;
    const value = points.values[i]!;
    if (dropped.values[nextDropped] === value && dropped.owners[nextDropped] === owner) {
      nextDropped++;
      continue;
    }
    while (nextAdded < added.values.length) {
      const other = added.values[nextAdded]!;
      if (other > value || (other === value && added.owners[nextAdded]! > owner === first)) break;
      takeAdded();
    }
    values[next] = value;
    owners[next++] = owner;
  }
  while (nextAdded < added.values.length) takeAdded();
  return { values, owners };
}
