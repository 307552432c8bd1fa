import type { RingKey } from '../ring/ring.ts';
import type { Placement } from './algorithm.ts';

/** The parts of an algorithm that lets every node bid for a key. */
export interface HighestScoreParts {
  readonly nodes: number;
  /** Writes the score of every node for a key. Allocates nothing. */
  readonly score: (key: RingKey, scores: Float64Array) => void;
  /** Who wins where two scores are equal: the first in the list, or the last. */
  readonly ties: 'first' | 'last';
}

/**
 * Composes rendezvous hashing (Thaler and Ravishankar 1998): the highest score wins, and the order of preference is
 * the order of the scores. Only the keys of a node that leaves move. A lookup costs as much as there are nodes.
 */
export function highestScore({ nodes, score: bid, ties }: HighestScoreParts): Placement {
  const scores = new Float64Array(nodes);
  const last = ties === 'last';
  const walk = function* (key: RingKey): Iterable<number> {
    const own = new Float64Array(nodes);
    bid(key, own);
    yield* Array.from(own.keys()).sort((a, b) => own[b]! - own[a]! || (last ? b - a : a - b));
  };
  return {
    pick(key) {
      bid(key, scores);
      let best = 0;
      for (let node = 1; node < nodes; node++) {
        const score = scores[node]!;
        if (score > scores[best]! || (last && score === scores[best])) best = node;
      }
      return best;
    },
    walk,
    failover: walk,
  };
}
