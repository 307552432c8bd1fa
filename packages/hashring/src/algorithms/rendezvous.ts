import { type SeededHash, seededHashes } from '../hashes/hash-family.ts';
import { half } from '../hashes/hash64.ts';
import { labelHashes } from '../hashes/label-hashes.ts';
import { mix32 } from '../hashes/mix32.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import type { Algorithm } from './algorithm.ts';
import { seededHash } from './field-options.ts';
import { highestScore } from './highest-score.ts';

/** Options of `rendezvous`. */
export interface RendezvousOptions {
  /** See {@link SeededHash}. @default 'murmur64b' */
  readonly hash?: SeededHash;
}

/**
 * Rendezvous hashing, the highest random weight (Thaler and Ravishankar 1998): perfectly even, no state, and any node
 * can leave. No client is known to hash like this one; for mcrouter's see `mcrouter-rendezvous`.
 */
export const rendezvous: Algorithm<RendezvousOptions> = {
  name: 'rendezvous',
  options: { hash: seededHash },
  weights: 'none',
  label: ownOrAddress,
  ejects: true,
  place(nodes, options) {
    const hash = seededHashes[options.hash];
    const { lows, highs } = labelHashes(nodes.map(ownOrAddress), hash, 0);
    return highestScore({
      nodes: nodes.length,
      ties: 'first',
      score(key, scores) {
        hash.key(key);
        const low = half[0]!;
        const high = half[1]!;
        for (let node = 0; node < scores.length; node++) {
          scores[node] = mix32((lows[node]! ^ low) + Math.imul(highs[node]! ^ high, 0x9e3779b9));
        }
      },
    });
  },
};
