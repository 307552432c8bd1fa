import { ownOrAddress } from '../labels/own-or-address.ts';
import { furc } from '../lookups/furc.ts';
import type { Algorithm } from './algorithm.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';
import { mcrouterSlots } from './mcrouter-slots.ts';

/**
 * mcrouter's default hash, Ch3 (furc_hash): it places keys by the number of a server in its pool, so that only the
 * last one can leave without moving others' keys.
 */
export const mcrouterCh3: Algorithm<McrouterOptions> = {
  name: 'mcrouter-ch3',
  options: mcrouterOptions,
  weights: 'none',
  label: ownOrAddress,
  place: ({ length: count }, options) => mcrouterSlots(count, options, (length) => furc(length, count)),
};
