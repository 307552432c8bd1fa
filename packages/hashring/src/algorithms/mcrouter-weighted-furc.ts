import { ownOrAddress } from '../labels/own-or-address.ts';
import { weightedFurc, weightLimits } from '../lookups/furc.ts';
import type { Algorithm } from './algorithm.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';
import { mcrouterSlots } from './mcrouter-slots.ts';

/**
 * mcrouter's weightedFurcHash, Ch3 with weights from 0 to 1 in one pass. Releases that could be configured for it
 * called it `WeightedCh4`; the last ones have it only as a library function.
 */
export const mcrouterWeightedFurc: Algorithm<McrouterOptions> = {
  name: 'mcrouter-weighted-furc',
  options: mcrouterOptions,
  weights: 'unit',
  label: ownOrAddress,
  place(nodes, options) {
    const limits = weightLimits(nodes.map(({ weight = 1 }) => weight));
    return mcrouterSlots(nodes.length, options, (length) => weightedFurc(length, limits));
  },
};
