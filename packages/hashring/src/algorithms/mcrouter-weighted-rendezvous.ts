import { FURC_SEED } from '../hashes/furc-bits.ts';
import { hash128to64 } from '../hashes/hash128to64.ts';
import { half } from '../hashes/hash64.ts';
import { labelHashes } from '../hashes/label-hashes.ts';
import { murmur64a } from '../hashes/murmur64a.ts';
import { loadMcrouterKey } from '../keys/mcrouter-key.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import type { Algorithm } from './algorithm.ts';
import { highestScore } from './highest-score.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';
import { KEY_SEED } from './mcrouter-rendezvous.ts';

/**
 * mcrouter's WeightedRendezvous, with weights from 0 to 1. A weight of 1 is the default here; mcrouter itself takes
 * 0.5 for a server whose weight its configuration leaves out.
 */
export const mcrouterWeightedRendezvous: Algorithm<McrouterOptions> = {
  name: 'mcrouter-weighted-rendezvous',
  options: mcrouterOptions,
  weights: 'unit',
  label: ownOrAddress,
  place(nodes, { salt, keyPart }) {
    const { lows, highs } = labelHashes(nodes.map(ownOrAddress), murmur64a, FURC_SEED);
    const weights = Float64Array.from(nodes, ({ weight = 1 }) => weight);
    const suffix = new TextEncoder().encode(salt);
    return highestScore({
      nodes: nodes.length,
      ties: 'first',
      score(key, scores) {
        murmur64a.buffered(loadMcrouterKey(key, keyPart, suffix), KEY_SEED);
        const low = half[0]!;
        const high = half[1]!;
        for (let node = 0; node < scores.length; node++) {
          hash128to64(lows[node]!, highs[node]!, low, high);
          const unit = ((half[1]! & 0x1f_ffff) * 0x1_0000_0000 + (half[0]! >>> 0)) / 0x20_0000_0000_0000;
          // In this order: mcrouter rounds twice.
          scores[node] = weights[node]! * (1 / -Math.log(unit));
        }
      },
    });
  },
};
