import { crc32 } from '../hashes/crc32.ts';
import type { Hash } from '../hashes/hash.ts';
import { md5BigEndian } from '../hashes/md5-big-endian.ts';
import { hostPort } from '../labels/host-port.ts';
import { above } from '../lookups/above.ts';
import { flexihashCount } from '../points/flexihash-count.ts';
import { numberedPoints } from '../points/numbered-points.ts';
import type { PointSource } from '../points/point-set.ts';
import type { RingNode } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { integer, oneOf } from './option-rules.ts';
import { pointRing } from './point-ring.ts';

/** Options of `flexihash`. */
export interface FlexihashOptions {
  /** Its hasher: `Crc32Hasher`, or `Md5Hasher`, which takes the first eight hexadecimal digits. @default 'crc32' */
  readonly hash?: 'crc32' | 'md5';
  /** How many points a target of weight 1 has. @default 64 */
  readonly replicas?: number;
}

/**
 * PHP's Flexihash 3 (and 2): a key belongs to the first point above it, not to one that is equal. A target is hashed as
 * `host:port` unless the node has a label. `ring.replicas(key, n)` is its `lookupList($key, $n)`, to which targets
 * without a point are added at the end.
 */
export const flexihash: Algorithm<FlexihashOptions> = {
  name: 'flexihash',
  options: { hash: oneOf('crc32', ['crc32', 'md5']), replicas: integer(64, 1, 2 ** 20) },
  weights: 'number',
  label: hostPort,
  place: (nodes, options, origin) => {
    const hash = flexihashHash(options);
    return pointRing(
      {
        ...flexihashPoints(nodes, options),
        overwrite: true,
        hash: hash.key,
        hashId: hash.name,
        lookup: above,
      },
      origin,
    );
  },
};

/** The hash that the options name. */
export function flexihashHash({ hash }: Required<FlexihashOptions>): Hash {
  return hash === 'md5' ? md5BigEndian : crc32;
}

/** The points of Flexihash's targets: nothing stands between a target and its number. */
export function flexihashPoints(nodes: readonly RingNode[], options: Required<FlexihashOptions>): PointSource {
  return {
    labels: nodes.map(hostPort),
    counts: nodes.map(({ weight = 1 }) => flexihashCount(options.replicas, weight)),
    stream: numberedPoints(flexihashHash(options), ''),
    ties: 'last',
  };
}
