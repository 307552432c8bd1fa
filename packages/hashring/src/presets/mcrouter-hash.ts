import type { RingOptions } from '../algorithms/algorithms.ts';
import { isRecord } from '../config/is-record.ts';
import type { RingNode } from '../ring/ring.ts';

/** A ring as mcrouter places keys in a pool: `createRing(nodes, options)`. */
export interface McrouterRing {
  readonly nodes: readonly RingNode[];
  readonly options: RingOptions;
}

/** mcrouter's names of its hashes, and ours. */
const ALGORITHMS = {
  Ch3: 'mcrouter-ch3',
  WeightedCh3: 'mcrouter-weighted-ch3',
  WeightedCh4: 'mcrouter-weighted-furc',
  Crc32: 'mcrouter-crc32',
  ConstShard: 'mcrouter-const-shard',
  Rendezvous: 'mcrouter-rendezvous',
  WeightedRendezvous: 'mcrouter-weighted-rendezvous',
} as const;

/** What mcrouter takes for a weight that is not given. */
const MISSING = 0.5;

/**
 * Reads the `hash` of an mcrouter route: `hash_func`, `salt`, `weights` and `tags`.
 *
 * @param subject whose hash it is, for the message.
 * @throws RangeError for a hash that is not a function of the key. @throws TypeError for what mcrouter refuses.
 */
export function readMcrouterHash(
  subject: string,
  servers: readonly RingNode[],
  { hash_func: name = 'Ch3', salt = '', weights, tags }: Readonly<Record<string, unknown>>,
): McrouterRing {
  if (typeof name !== 'string' || !Object.hasOwn(ALGORITHMS, name)) {
    const names = Object.keys(ALGORITHMS).join(', ');
    throw new RangeError(`the hash_func of ${subject} must be one of ${names}, got ${JSON.stringify(name)}`);
  }
  if (typeof salt !== 'string')
    throw new TypeError(`the salt of ${subject} must be a string, got ${JSON.stringify(salt)}`);
  const algorithm = ALGORITHMS[name as keyof typeof ALGORITHMS];
  let nodes = servers;
  if (name.endsWith('Rendezvous')) nodes = withTags(subject, nodes, tags);
  if (name.startsWith('Weighted')) nodes = withWeights(subject, nodes, weights);
  return { nodes, options: { algorithm, salt } };
}

function withTags(subject: string, nodes: readonly RingNode[], tags: unknown): readonly RingNode[] {
  if (!Array.isArray(tags) || tags.length !== nodes.length || !tags.every((tag) => typeof tag === 'string'))
    throw new TypeError(
      `${subject} needs tags, a string for each of its ${nodes.length} servers, got ${JSON.stringify(tags)}`,
    );
  return nodes.map((node, index) => ({ ...node, label: tags[index]! }));
}

/** Weights in the order of the servers, or by tag, as WeightedRendezvous has them; those that are too many do not count. */
function withWeights(subject: string, nodes: readonly RingNode[], weights: unknown): readonly RingNode[] {
  const byTag = isRecord(weights);
  if (!byTag && !Array.isArray(weights))
    throw new TypeError(
      `${subject} needs weights, a number from 0 to 1 for each server, got ${JSON.stringify(weights)}`,
    );
  return nodes.map((node, index) => {
    const weight: unknown = (byTag ? weights[node.label ?? ''] : weights[index]) ?? MISSING;
    if (typeof weight === 'number' && weight >= 0 && weight <= 1) return { ...node, weight };
    throw new TypeError(`${subject} has a weight that is not a number from 0 to 1: ${JSON.stringify(weight)}`);
  });
}
