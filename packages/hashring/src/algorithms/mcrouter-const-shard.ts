import { ownOrAddress } from '../labels/own-or-address.ts';
import { furc } from '../lookups/furc.ts';
import { shardNumber } from '../keys/shard-number.ts';
import type { Algorithm } from './algorithm.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';
import { mcrouterSlots } from './mcrouter-slots.ts';

/** mcrouter's ConstShard: a key `name:3:rest` belongs to server 3; one without such a number is placed by Ch3. */
export const mcrouterConstShard: Algorithm<McrouterOptions> = {
  name: 'mcrouter-const-shard',
  options: mcrouterOptions,
  weights: 'none',
  label: ownOrAddress,
  place: ({ length: count }, options) =>
    mcrouterSlots(count, options, (length) => {
      const shard = shardNumber(length);
      return shard >= 0 && shard < count ? shard : furc(length, count);
    }),
};
