import { compareHosts } from '../labels/compare-hosts.ts';
import { successor } from '../lookups/successor.ts';
import { ketamaCounts } from '../points/ketama-counts.ts';
import { md5Points } from '../points/md5-points.ts';
import type { PointStream } from '../points/point-set.ts';
import type { RingKey, RingNode } from '../ring/ring.ts';
import type { Origin, Placement } from './algorithm.ts';
import { libmemcachedKeyHash, libmemcachedRules, type LibmemcachedOptions } from './libmemcached-options.ts';
import type { LibhashkitName } from '../hashes/hash-names.ts';
import { flag, type OptionRules } from './option-rules.ts';
import { pointRing } from './point-ring.ts';
import { sortedNodes } from './sorted-nodes.ts';

/** Options of libmemcached's rings of points. */
export interface LibmemcachedRingOptions extends LibmemcachedOptions {
  /**
   * Whether `sequence` goes on where the owner of a key is dead, with the ring rebuilt from the others:
   * `OPT_REMOVE_FAILED_SERVERS`. Without it libmemcached knows no second node; `eject` answers in both cases.
   *
   * @default true
   */
  readonly removeFailedServers?: boolean;
}

/** The rules of the options of rings of points. */
export function libmemcachedRingRules(hash: LibhashkitName): OptionRules<LibmemcachedRingOptions> {
  return { ...libmemcachedRules(hash), removeFailedServers: flag(true) };
}

/** How nodes become points. */
export interface LibmemcachedPoints {
  readonly label: (node: RingNode) => string;
  readonly counts: (nodes: readonly RingNode[]) => ArrayLike<number>;
  readonly stream: PointStream;
}

/** Weighted points: always md5, four to a digest. */
export function weightedPoints(label: LibmemcachedPoints['label']): LibmemcachedPoints {
  // A weight of 0 counts as 1.
  return { label, stream: md5Points, counts: (nodes) => ketamaCounts(nodes.map(({ weight = 1 }) => weight || 1)) };
}

/** Composes a ring of points as libmemcached searches it: the first point that is not below the hash; ties by index. */
export function libmemcachedRing(
  nodes: readonly RingNode[],
  options: Required<LibmemcachedRingOptions>,
  { label, counts, stream }: LibmemcachedPoints,
  origin: Origin | undefined,
): Placement {
  const place = (list: readonly RingNode[], from: Origin | undefined): Placement => {
    const points = { labels: list.map(label), counts: counts(list), stream, ties: 'first' as const };
    return pointRing({ ...points, ...libmemcachedKeyHash(options), lookup: successor }, from);
  };
  const placement = options.sortHosts ? sortedNodes(nodes, compareHosts, origin, place) : place(nodes, origin);
  return options.removeFailedServers ? placement : { ...placement, failover: ownerOnly(placement) };
}

function ownerOnly({ pick }: Placement): (key: RingKey) => Iterable<number> {
  return (key) => [pick(key)];
}
