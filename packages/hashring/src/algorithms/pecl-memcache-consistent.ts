import { peclRehash } from '../failover/pecl-rehash.ts';
import { peclServer } from '../labels/pecl-server.ts';
import { bucketTable } from '../lookups/bucket-table.ts';
import { numberedPoints } from '../points/numbered-points.ts';
import { createPoints, type PointSet } from '../points/point-set.ts';
import type { Algorithm, Placement } from './algorithm.ts';
import { listModulo } from './list-modulo.ts';
import { type PeclMemcacheOptions, peclMemcacheOptions, peclMemcacheParts } from './pecl-memcache-options.ts';

const POINTS_PER_WEIGHT = 160;
const BUCKETS = 1024;

/**
 * PECL memcache's `memcache.hash_strategy = consistent`, its default: a ring of 160 points for each unit of weight, of
 * which only 1,024 places are kept.
 *
 * So few are a coarse measure. With `crc32` the busiest of 10 equal servers gets 1.1 times its share, of 100 servers 2.15
 * times and of 1,000 servers 5.9 times, and some of those get no key at all; with `fnv` it is 1.5, 2.9 and 23.6 times.
 * `shares()` says exactly what each gets. PHP refuses a weight of 0; here such a server gets no key.
 */
export const peclMemcacheConsistent: Algorithm<PeclMemcacheOptions> = {
  name: 'pecl-memcache-consistent',
  options: peclMemcacheOptions,
  weights: 'integer',
  label: peclServer,
  place(nodes, options, origin): PeclPlacement {
    const { hash, hashKey, prefix, hashId, attempts } = peclMemcacheParts(options);
    const previous = origin?.placement as PeclPlacement | undefined;
    const points = createPoints(
      {
        labels: nodes.map(peclServer),
        counts: nodes.map(({ weight = 1 }) => weight * POINTS_PER_WEIGHT),
        stream: numberedPoints(hash, '-'),
        ties: 'first',
      },
      previous && { points: previous.points, from: origin!.from! },
    );
    const table = listModulo({
      hash: hashKey,
      hashId,
      list: bucketTable(points, BUCKETS),
      *failover(key, pick) {
        for (const value of peclRehash(hash, prefix, key, attempts)) yield pick(value);
      },
    });
    return { ...table, points };
  },
};

interface PeclPlacement extends Placement {
  readonly points: PointSet;
}
