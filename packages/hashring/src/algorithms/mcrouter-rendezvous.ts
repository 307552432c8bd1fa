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

/** The seed of keys in mcrouter's rendezvous hashing. */
export const KEY_SEED = 2_718_281_828;

/**
 * mcrouter's Rendezvous. A server is known by its tag, which is the `label` here, or else its host and port. A key's
 * further preferences are those of mcrouter's FailoverRoute with a RendezvousPolicy.
 */
export const mcrouterRendezvous: Algorithm<McrouterOptions> = {
  name: 'mcrouter-rendezvous',
  options: mcrouterOptions,
  weights: 'none',
  label: ownOrAddress,
  place(nodes, { salt, keyPart }) {
    const { lows, highs } = labelHashes(nodes.map(ownOrAddress), murmur64a, FURC_SEED);
    const suffix = new TextEncoder().encode(salt);
    return highestScore({
      nodes: nodes.length,
      ties: 'last',
      score(key, scores) {
        murmur64a.buffered(loadMcrouterKey(key, keyPart, suffix), KEY_SEED);
        const low = half[0]!;
        const high = half[1]!;
        for (let node = 0; node < scores.length; node++) {
          hash128to64(lows[node]!, highs[node]!, low, high);
          scores[node] = (half[1]! >>> 0) * 0x1_0000_0000 + (half[0]! >>> 0);
        }
      },
    });
  },
};
