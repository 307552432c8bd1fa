import { hashNamed, type LibhashkitName, LIBHASHKIT_NAMES } from '../hashes/hash-names.ts';
import { numberedPoints } from '../points/numbered-points.ts';
import type { RingNode } from '../ring/ring.ts';
import type { Origin, Placement } from './algorithm.ts';
import {
  libmemcachedRing,
  type LibmemcachedRingOptions,
  libmemcachedRingRules,
  weightedPoints,
} from './libmemcached-ring.ts';
import { oneOf, type OptionRules } from './option-rules.ts';

/** Options of libmemcached's rings that are unweighted until a weight above 1 appears. */
export interface UnweightedOptions extends LibmemcachedRingOptions {
  /**
   * Whether points are weighted, and then always made with md5. `auto`: a server with a weight above 1 that is added
   * while the distribution is consistent switches the whole ring to weighted points, while keys keep their hash; that
   * server need not be alive. `never`: weights are ignored, because the distribution was set after the servers were
   * added, which switches back. `always`: weighted points also where all weights are 1.
   *
   * @default 'auto'
   */
  readonly weighted?: 'auto' | 'always' | 'never';
  /**
   * What unweighted points are hashed with. `same`: the hash of the keys. Another one where `OPT_HASH` was set after the
   * distribution and the servers: libmemcached then keeps the points it has until it builds the ring again.
   *
   * @default 'same'
   */
  readonly pointHash?: 'same' | LibhashkitName;
}

/** The rules of {@link UnweightedOptions}. */
export const unweightedRules: OptionRules<UnweightedOptions> = {
  ...libmemcachedRingRules('one_at_a_time'),
  weighted: oneOf('auto', ['auto', 'always', 'never']),
  pointHash: oneOf('same', ['same', ...LIBHASHKIT_NAMES]),
};

interface UnweightedPlacement extends Placement {
  /** How its points were made: those of another kind cannot be merged with them. */
  readonly kind: string;
}

/** How many points each server has that is not weighted. */
const POINTS_PER_SERVER = 100;

/** Composes a ring of 100 points per server, or a weighted one where weights have switched it. */
export function unweightedRing(
  nodes: readonly RingNode[],
  options: Required<UnweightedOptions>,
  label: (node: RingNode) => string,
  origin: Origin | undefined,
): UnweightedPlacement {
  const previous = origin?.placement as UnweightedPlacement | undefined;
  const ejecting = origin?.ejecting === true;
  const { hash, weighted, pointHash, charSignedness } = options;
  const heavy = nodes.some(({ weight = 1 }) => weight > 1) || (ejecting && previous?.kind === 'weighted');
  // Ejection builds the ring again, with the hash that keys have by then.
  const unweightedHash = pointHash === 'same' || ejecting ? hash : pointHash;
  const kind = weighted === 'always' || (weighted === 'auto' && heavy) ? 'weighted' : unweightedHash;
  const points =
    kind === 'weighted'
      ? weightedPoints(label)
      : {
          label,
          counts: () => Array.from(nodes, () => POINTS_PER_SERVER),
          stream: numberedPoints(hashNamed(unweightedHash, charSignedness), '-'),
        };
  return { ...libmemcachedRing(nodes, options, points, previous?.kind === kind ? origin : undefined), kind };
}
