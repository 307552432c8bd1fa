import { compareTwemproxyNames, twemproxyName } from '../labels/twemproxy-name.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';
import { sortedNodes } from './sorted-nodes.ts';
import { type TwemproxyOptions, twemproxyOptions, twemproxyParts } from './twemproxy-options.ts';

/**
 * twemproxy 0.5's `distribution: modula`: the hash modulo a list in which each server is as often as its weight says,
 * sorted by the length of their names and then by their bytes. Nearly every key moves when a server is added. `eject` is
 * `auto_eject_hosts`. twemproxy refuses a weight of 0; here such a server gets no key.
 */
export const twemproxyModula: Algorithm<TwemproxyOptions> = {
  name: 'twemproxy-modula',
  options: twemproxyOptions,
  weights: 'integer',
  label: twemproxyName,
  ejects: true,
  place: (nodes, options, origin) =>
    sortedNodes(nodes, compareTwemproxyNames, origin, (sorted) =>
      listModulo({
        ...twemproxyParts(options),
        list: repeatedByWeight(sorted.map(({ weight = 1 }) => weight)),
      }),
    ),
};
