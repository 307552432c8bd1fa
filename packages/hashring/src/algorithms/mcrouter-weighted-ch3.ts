import { spooky32Buffered } from '../hashes/spooky32.ts';
import { appendReversed } from '../keys/mcrouter-key.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { furc, weightLimits } from '../lookups/furc.ts';
import type { Algorithm } from './algorithm.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';
import { mcrouterSlots } from './mcrouter-slots.ts';

const SEED = 0xface2014;
const TRIES = 32;

/**
 * mcrouter's WeightedCh3: Ch3, but a server is taken only with the probability of its weight, which is from 0 to 1;
 * else the key is tried again with a number behind it. After 32 tries the last server is taken whatever its weight.
 * A weight of 1 is the default here; mcrouter itself takes 0.5 for a server whose weight its configuration leaves out.
 */
export const mcrouterWeightedCh3: Algorithm<McrouterOptions> = {
  name: 'mcrouter-weighted-ch3',
  options: mcrouterOptions,
  weights: 'unit',
  label: ownOrAddress,
  place(nodes, options) {
    const limits = weightLimits(nodes.map(({ weight = 1 }) => weight));
    return mcrouterSlots(nodes.length, options, (length) => {
      let end = length;
      let index = 0;
      for (let i = 0; i < TRIES; i++) {
        index = furc(end, limits.length);
        if (spooky32Buffered(end, SEED) >>> 0 < limits[index]!) break;
        end = appendReversed(length, i);
      }
      return index;
    });
  },
};
