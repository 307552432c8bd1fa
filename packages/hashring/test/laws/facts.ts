import type { RingNode, RingOptions } from '../../src/index.ts';
import type { Subject } from './subjects.ts';

/** What is true of an algorithm beyond what is true of all. What is not said here is not expected of one. */
export interface Facts {
  /** Whether places depend on what happened before, and not on the list of nodes alone. */
  readonly history?: true;
  /**
   * Whether nodes are known by their numbers, so that none but the last can leave: others are `refused`, or all behind
   * one that leaves change their places (`others move`).
   */
  readonly lastLeaves?: 'refused' | 'others move';
  /** Whether a node gets the same keys wherever in the list it stands. */
  readonly anyOrder?: boolean;
  /**
   * Up to how many nodes of equal weight only the keys of a node move that joins or leaves; beyond, rounding may take
   * points from all. Absent where others move at any number.
   */
  readonly minimalUpTo?: number;
  /** Whether the keys of a node that leaves go each to its next replica. @default true */
  readonly nextIsHeir?: false;
  /**
   * How many times the mean the busiest of 10 and of 100 equal nodes gets at most. It is a bound on what was measured
   * with several spellings of nodes, or five standard deviations where points lie at random.
   *
   * @default [1.01, 1.01], which is as even as whole numbers can be
   */
  readonly busiest?: readonly [of10: number, of100: number];
  /** Whether all nodes count the same, whatever their weights. */
  readonly ignoresWeights?: boolean;
  /** Whether that is so also where weights differ and change: a node's points depend on its own weight alone. */
  readonly minimalByWeight?: true;
}

/** 160, 100 and 64 points for each node at random places. */
const POINTS_160 = [1.4, 1.4] as const;
const POINTS_100 = [1.5, 1.5] as const;
const POINTS_64 = [1.63, 1.63] as const;
/** No points, but counted over 200,000 keys. */
const SAMPLED = [1.04, 1.12] as const;
/** However many there are, in that it does not depend on their number. */
const ANY = 2000;

const facts: Readonly<Record<string, Facts>> = {
  ketama: { anyOrder: true, minimalUpTo: 24, busiest: POINTS_160 },
  libketama: { anyOrder: true, minimalUpTo: 60, busiest: POINTS_160 },
  'libmemcached-consistent': { anyOrder: true, minimalUpTo: ANY, busiest: POINTS_100 },
  'libmemcached-ketama-spy': { anyOrder: true, minimalUpTo: ANY, busiest: POINTS_100 },
  'libmemcached-modula': { ignoresWeights: true },
  // A mask of 10 servers, as of 100, leaves most of them out.
  'libmemcached-virtual-bucket': { ignoresWeights: true, busiest: [2.5, 6.25] },
  // Points decide on only 1,024 places.
  'pecl-memcache-consistent': {
    anyOrder: true,
    minimalUpTo: ANY,
    minimalByWeight: true,
    nextIsHeir: false,
    busiest: [1.6, 2.4],
  },
  'twemproxy-ketama': { anyOrder: true, minimalUpTo: 24, busiest: POINTS_160 },
  'twemproxy-modula': { anyOrder: true },
  'nginx-consistent': { anyOrder: true, minimalUpTo: ANY, minimalByWeight: true, busiest: POINTS_160 },
  dalli: { anyOrder: true, minimalUpTo: ANY, busiest: POINTS_160 },
  // CRC-32 does not scatter the points of one target.
  flexihash: { anyOrder: true, minimalUpTo: ANY, minimalByWeight: true, busiest: [1.8, 2.3] },
  'npm-hashring': { anyOrder: true, minimalUpTo: 6, busiest: POINTS_160 },
  'npm-memcached': { anyOrder: true, minimalUpTo: 6, busiest: POINTS_160 },
  pymemcache: { anyOrder: true, minimalUpTo: ANY, busiest: SAMPLED },
  'spymemcached-ketama': { anyOrder: true, minimalUpTo: 24, ignoresWeights: true, busiest: POINTS_160 },
  'mcrouter-ch3': { lastLeaves: 'others move', minimalUpTo: ANY, nextIsHeir: false, busiest: SAMPLED },
  'mcrouter-const-shard': { lastLeaves: 'others move', minimalUpTo: ANY, nextIsHeir: false, busiest: SAMPLED },
  'mcrouter-weighted-ch3': { lastLeaves: 'others move', minimalUpTo: ANY, nextIsHeir: false, busiest: SAMPLED },
  'mcrouter-weighted-furc': { lastLeaves: 'others move', minimalUpTo: ANY, nextIsHeir: false, busiest: SAMPLED },
  'mcrouter-rendezvous': { anyOrder: true, minimalUpTo: ANY, busiest: SAMPLED },
  'mcrouter-weighted-rendezvous': { anyOrder: true, minimalUpTo: ANY, minimalByWeight: true, busiest: SAMPLED },
  jump: { lastLeaves: 'refused', minimalUpTo: ANY, busiest: SAMPLED },
  binomial: { lastLeaves: 'refused', minimalUpTo: ANY, busiest: SAMPLED },
  anchor: { history: true, minimalUpTo: 1024, busiest: SAMPLED },
  memento: { history: true, minimalUpTo: ANY, busiest: SAMPLED },
  // One point for each node; 21 probes make up for that.
  'multi-probe': { anyOrder: true, minimalUpTo: ANY, busiest: [1.5, 1.3] },
  rendezvous: { anyOrder: true, minimalUpTo: ANY, busiest: SAMPLED },
  'weighted-rendezvous': { anyOrder: true, minimalUpTo: ANY, minimalByWeight: true, busiest: SAMPLED },
};

/** What is different with an option, by title. */
const factsWithOptions: Readonly<Record<string, Facts>> = {
  'pecl-memcache-consistent hash="fnv"': { busiest: [2.2, 5] },
  'flexihash hash="md5"': { busiest: POINTS_64 },
  'spymemcached-ketama weighted=true': { ignoresWeights: false },
  // Of 15 bits, so that points of several nodes fall together, and the last of them hides the others until it leaves.
  'spymemcached-ketama hash="CRC_HASH"': { anyOrder: false, nextIsHeir: false },
  'cache-memcached-fast ketamaPoints=160': {
    anyOrder: true,
    minimalUpTo: ANY,
    minimalByWeight: true,
    busiest: POINTS_160,
  },
};

/** What is true of a subject. */
export function factsOf({ algorithm: { name }, title }: Subject): Facts {
  return { ...facts[name], ...factsWithOptions[title] };
}

/** Whether a subject hashes UTF-16 units or code points, so that half a surrogate pair is not U+FFFD to it. */
export function keepsLoneSurrogates({ algorithm: { name }, options }: Subject): boolean {
  if (name === 'memjs' || name === 'pymemcache') return true;
  const hash = ('hash' in options && options.hash) || (name === 'spymemcached-arraymod' ? 'NATIVE_HASH' : '');
  return name.startsWith('spymemcached') && (hash === 'NATIVE_HASH' || hash.startsWith('FNV'));
}

/**
 * The options with which a list of the live nodes alone makes the ring that is left when the others are ejected: a dead
 * server of a weight above 1 has switched libmemcached's points for good, and points that were made with another hash
 * come to an end.
 */
export function optionsWhenEjected({ options }: Subject, nodes: readonly RingNode[]): RingOptions {
  if (!('algorithm' in options)) return options;
  if (options.algorithm !== 'libmemcached-consistent' && options.algorithm !== 'libmemcached-ketama-spy')
    return options;
  const switched = (options.weighted ?? 'auto') === 'auto' && nodes.some(({ weight = 1 }) => weight > 1);
  const pointHash = 'same' as const;
  return switched ? { ...options, pointHash, weighted: 'always' as const } : { ...options, pointHash };
}
