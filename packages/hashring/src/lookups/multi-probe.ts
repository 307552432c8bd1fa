import { half, type Hash64 } from '../hashes/hash64.ts';
import { carry } from '../hashes/uint64.ts';
import { loadKey } from '../keys/key-buffer.ts';
import type { RingKey } from '../ring/ring.ts';
import { createBucketIndex } from './bucket-index.ts';

/** The probes of a key, and the position of the next point above each. */
interface Probes {
  readonly lows: Int32Array;
  readonly highs: Int32Array;
  readonly positions: Int32Array;
}

/** How a key is placed by several probes. */
export interface MultiProbe {
  /** The node whose point is the nearest one above any probe of the key. Allocates nothing. */
  readonly nearest: (key: RingKey) => number;
  /** The nodes by the distance from the key's probes; those that several probes lead to are repeated. */
  readonly byDistance: (key: RingKey) => Iterable<number>;
}

/**
 * Multi-probe consistent hashing (Appleton and O'Reilly 2015) as in go-mpchash: a point is the hash of a label with
 * seed 0, the probes of a key are `h1 + i * h2` from its hashes with the seeds 1 and 2. A point that equals a probe is
 * not above it.
 */
export function multiProbe(labels: readonly string[], hash: Hash64, count: number): MultiProbe {
  const { lows, highs, nodes } = createPoints(labels, hash);
  const { starts, shift } = createBucketIndex(highs);

  const load = (key: RingKey, probes: Probes): void => {
    const length = loadKey(key);
    hash.buffered(length, 1);
    let low = half[0]!;
    let high = half[1]!;
    hash.buffered(length, 2);
    const stepLow = half[0]!;
    const stepHigh = half[1]!;
    for (let i = 0; i < count; i++) {
      let at = starts[high >>> shift]!;
      while (at < nodes.length && !isLess(high, low, highs[at]!, lows[at]!)) at++;
      probes.lows[i] = low;
      probes.highs[i] = high;
      probes.positions[i] = at === nodes.length ? 0 : at;
      low = (low + stepLow) | 0;
      high = (high + stepHigh + carry(low, stepLow)) | 0;
    }
  };
  /** The probe that is nearest to its point. */
  const nearest = (probes: Probes): number => {
    let best = 0;
    let bestLow = -1;
    let bestHigh = -1;
    for (let i = 0; i < count; i++) {
      const at = probes.positions[i]!;
      const low = (lows[at]! - probes.lows[i]!) | 0;
      const high = (highs[at]! - probes.highs[i]! - carry(lows[at]!, probes.lows[i]!)) | 0;
      if (!isLess(high, low, bestHigh, bestLow)) continue;
      best = i;
      bestLow = low;
      bestHigh = high;
    }
    return best;
  };
  const shared = createProbes(count);
  return {
    nearest(key) {
      load(key, shared);
      return nodes[shared.positions[nearest(shared)]!]!;
    },
    *byDistance(key) {
      const probes = createProbes(count);
      load(key, probes);
      // Every probe goes round; before the first of them has come round, every node has been passed.
      for (let i = 0; i < count * nodes.length; i++) {
        const first = nearest(probes);
        const at = probes.positions[first]!;
        yield nodes[at]!;
        probes.positions[first] = (at + 1) % nodes.length;
      }
    },
  };
}

function createProbes(count: number): Probes {
  return { lows: new Int32Array(count), highs: new Int32Array(count), positions: new Int32Array(count) };
}

/** One point of 64 bits for each label, in ascending order. */
function createPoints(labels: readonly string[], hash: Hash64): Record<'lows' | 'highs' | 'nodes', Uint32Array> {
  const points = labels.map((label, node) => {
    hash.buffered(loadKey(label), 0);
    return { low: half[0]! >>> 0, high: half[1]! >>> 0, node };
  });
  // Of two equal points go-mpchash knows only the last.
  points.sort((a, b) => a.high - b.high || a.low - b.low || b.node - a.node);
  return {
    lows: Uint32Array.from(points, ({ low }) => low),
    highs: Uint32Array.from(points, ({ high }) => high),
    nodes: Uint32Array.from(points, ({ node }) => node),
  };
}

/** Compares two unsigned integers of 64 bits, each given as its high and its low half. */
function isLess(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high >>> 0 < otherHigh >>> 0 || (high >>> 0 === otherHigh >>> 0 && low >>> 0 < otherLow >>> 0);
}
