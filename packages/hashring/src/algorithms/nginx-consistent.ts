import { heaviestFirst } from '../failover/heaviest-first.ts';
import { nextPoints } from '../failover/next-points.ts';
import { crc32 } from '../hashes/crc32.ts';
import { nginxServer, splitNginxServer } from '../labels/nginx-server.ts';
import { successor } from '../lookups/successor.ts';
import { crc32Chain } from '../points/crc32-chain.ts';
import type { Algorithm } from './algorithm.ts';
import { pointRing } from './point-ring.ts';

/** `nginx-consistent` has no options. */
export interface NginxConsistentOptions {}

const POINTS_PER_WEIGHT = 160;
/** How many points nginx looks at for one request. */
const MAX_POINTS = 21;

/**
 * nginx's `hash … consistent`, which is also Cache::Memcached::Fast's ring with `ketama_points => 160`. A node stands for
 * the server as the `upstream` has it: `host:port`, always with the port; where the configuration leaves it out, give
 * the text as `label`.
 *
 * `sequence` is what nginx tries for one request: the owners of the next points, but of 21 at most. Then it falls back on
 * round robin among the others. Which comes first there depends on what the worker has served before; the order here is
 * that of a worker's first time. nginx refuses a weight of 0; here such a server gets no key.
 */
export const nginxConsistent: Algorithm<NginxConsistentOptions> = {
  name: 'nginx-consistent',
  options: {},
  weights: 'integer',
  label: nginxServer,
  place(nodes, _options, origin) {
    const weights = nodes.map(({ weight = 1 }) => weight);
    const ring = pointRing(
      {
        labels: nodes.map(nginxServer),
        counts: weights.map((weight) => weight * POINTS_PER_WEIGHT),
        stream: crc32Chain(splitNginxServer),
        ties: 'first',
        hash: crc32.key,
        hashId: crc32.name,
        lookup: successor,
      },
      origin,
    );
    return {
      ...ring,
      *failover(key) {
        yield* nextPoints(ring.points, crc32.key(key), MAX_POINTS);
        yield* heaviestFirst(weights);
      },
    };
  },
};
