import { murmur3States } from '../hashes/murmur3-states.ts';
import { loadCodePoints } from '../keys/code-points.ts';
import { comparePythonStrings } from '../labels/compare-python-strings.ts';
import { hostPort } from '../labels/host-port.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm, Placement } from './algorithm.ts';

/** `pymemcache` has no options. */
export type PymemcacheOptions = object;

/**
 * Python's pymemcache `HashClient`: the node with the highest MurmurHash3 of `host:port-key`, and of equal ones the
 * greater name. It hashes the code points of a `str`, by their lowest eight bits; a key given here as bytes is read as
 * UTF-8. (It hashes Python's `bytes` as they are printed, `b'key'`.) Its `key_prefix` is not hashed.
 *
 * Every pick hashes the key once for each node.
 */
export const pymemcache: Algorithm<PymemcacheOptions> = {
  name: 'pymemcache',
  options: {},
  weights: 'none',
  label: hostPort,
  ejects: true,
  place: (nodes) => highestScore(nodes.map(hostPort)),
};

function highestScore(labels: readonly string[]): Placement {
  // Nodes in descending order of their names, so that of equal scores the first one met wins.
  const order = [...labels.keys()].sort((a, b) => comparePythonStrings(labels[b]!, labels[a]!));
  const owners = Uint32Array.from(order);
  const states = murmur3States(order.map((index) => `${labels[index]!}-`));
  const walk = (key: RingKey): number[] => {
    const length = loadCodePoints(key);
    states.prepare(length);
    const scores = order.map((_, rank) => states.hash(rank, length) >>> 0);
    const ranks = [...order.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
    return ranks.map((rank) => order[rank]!);
  };
  return {
    pick(key) {
      const length = loadCodePoints(key);
      states.prepare(length);
      let best = 0;
      let highest = -0x80000000;
      for (let rank = 0; rank < owners.length; rank++) {
        // Signed numbers are in the order of unsigned ones when the highest bit is turned over.
        const score = states.hash(rank, length) ^ 0x80000000;
        if (score <= highest) continue;
        best = rank;
        highest = score;
      }
      return owners[best]!;
    },
    walk,
    failover: walk,
  };
}
