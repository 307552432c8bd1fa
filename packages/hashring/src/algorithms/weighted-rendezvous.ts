import { type SeededHash, seededHashes } from '../hashes/hash-family.ts';
import { half } from '../hashes/hash64.ts';
import { labelHashes } from '../hashes/label-hashes.ts';
import { mix32 } from '../hashes/mix32.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import type { Algorithm } from './algorithm.ts';
import { seededHash } from './field-options.ts';
import { highestScore } from './highest-score.ts';

/** Options of `weighted-rendezvous`. */
export interface WeightedRendezvousOptions {
  /** See {@link SeededHash}. @default 'murmur64b' */
  readonly hash?: SeededHash;
}

/**
 * Weighted rendezvous hashing (Schindelhauer and Schomaker 2005): the highest `-weight / ln(u)` wins, with u between 0
 * and 1 from the node and the key. Shares are exactly as the weights, also after one changes; then only the keys that
 * a node gains or loses move. A node of weight 0 gets no key.
 */
export const weightedRendezvous: Algorithm<WeightedRendezvousOptions> = {
  name: 'weighted-rendezvous',
  options: { hash: seededHash },
  weights: 'number',
  label: ownOrAddress,
  ejects: true,
  place(nodes, options) {
    const hash = seededHashes[options.hash];
    const { lows, highs } = labelHashes(nodes.map(ownOrAddress), hash, 0);
    const weights = Float64Array.from(nodes, ({ weight = 1 }) => weight);
    if (!weights.some((weight) => weight > 0)) throw new RangeError('no node has a place: all weights are 0');
    return highestScore({
      nodes: nodes.length,
      ties: 'first',
      score(key, scores) {
        hash.key(key);
        const low = half[0]!;
        const high = half[1]!;
        for (let node = 0; node < scores.length; node++) {
          const first = mix32((lows[node]! ^ low) + Math.imul(highs[node]! ^ high, 0x9e3779b9));
          const second = mix32(first + (highs[node]! ^ low));
          // 53 bits, put between 0 and 1: both ends are left out.
          const unit = ((first >>> 0) * 0x20_0000 + (second >>> 11) + 0.5) / 0x20_0000_0000_0000;
          scores[node] = weights[node]! / -Math.log(unit);
        }
      },
    });
  },
};
