import { compareTwemproxyNames, twemproxyName } from '../labels/twemproxy-name.ts';
import { successor } from '../lookups/successor.ts';
import { ketamaCounts } from '../points/ketama-counts.ts';
import { md5Points } from '../points/md5-points.ts';
import type { Algorithm } from './algorithm.ts';
import { pointRing } from './point-ring.ts';
import { sortedNodes } from './sorted-nodes.ts';
import { type TwemproxyOptions, twemproxyOptions, twemproxyParts } from './twemproxy-options.ts';

/**
 * twemproxy 0.5's `distribution: ketama`: libmemcached's weighted points, made of the servers' names, and any of twelve
 * hashes for keys. With `hash: 'md5'` and servers without names it is libmemcached's `ketama`, unix sockets aside.
 * `eject` is `auto_eject_hosts`. twemproxy refuses a weight of 0; here such a server gets no key.
 */
export const twemproxyKetama: Algorithm<TwemproxyOptions> = {
  name: 'twemproxy-ketama',
  options: twemproxyOptions,
  weights: 'integer',
  label: twemproxyName,
  ejects: true,
  place: (nodes, options, origin) =>
    sortedNodes(nodes, compareTwemproxyNames, origin, (sorted, sortedOrigin) =>
      pointRing(
        {
          ...twemproxyParts(options),
          labels: sorted.map(twemproxyName),
          counts: ketamaCounts(sorted.map(({ weight = 1 }) => weight)),
          stream: md5Points,
          ties: 'first',
          lookup: successor,
        },
        sortedOrigin,
      ),
    ),
};
