import { littleEndianDigests } from '../hashes/little-endian-digests.ts';
import { prefixedHash } from '../hashes/prefixed-hash.ts';
import { hostPortUnless } from '../labels/host-port-unless.ts';
import { successor } from '../lookups/successor.ts';
import { digestPoints } from '../points/digest-points.ts';
import { hashringCounts } from '../points/hashring-counts.ts';
import type { RingNode } from '../ring/ring.ts';
import { describeNode } from '../ring/validate-nodes.ts';
import type { Origin, Placement } from './algorithm.ts';
import { pointRing } from './point-ring.ts';

/** A server of npm `hashring` with its own number of digests, whatever its weight and those of the others. */
export interface HashringNode extends RingNode {
  /** At least 0; 0 is none of its own. @default 0 */
  readonly vnodes?: number;
}

/** What `npm-hashring` and `npm-memcached` build a ring from. */
export interface HashringRingOptions {
  readonly hash: keyof typeof littleEndianDigests;
  readonly vnodeCount: number;
  readonly replicas: number;
  readonly defaultPort: number;
  /** What is hashed in front of every key. */
  readonly namespace: string;
}

/** The ring of npm hashring 3.2. @throws RangeError for more replicas than the digest has words and for `vnodes` of no use. */
export function hashringRing(nodes: readonly HashringNode[], options: HashringRingOptions, origin?: Origin): Placement {
  const { hash, vnodeCount, replicas, defaultPort, namespace } = options;
  const digest = littleEndianDigests[hash];
  if (replicas > digest.words.length)
    throw new RangeError(`replicas must be at most ${digest.words.length} with ${hash}, got ${replicas}`);
  // A weight of 0 counts as 1.
  const shared = hashringCounts(
    nodes.map(({ weight = 1 }) => weight || 1),
    vnodeCount,
  );
  const { key, id } = prefixedHash(digest, namespace);
  return pointRing(
    {
      labels: nodes.map(hostPortUnless(defaultPort)),
      counts: nodes.map((node, index) => (ownDigests(node, index, vnodeCount) ?? shared[index]!) * replicas),
      stream: digestPoints(digest, replicas),
      ties: 'first',
      hash: key,
      hashId: id,
      lookup: successor,
    },
    origin,
  );
}

/** A number of its own that is that of all counts as none. */
function ownDigests(node: HashringNode, index: number, vnodeCount: number): number | undefined {
  const { vnodes = 0 } = node;
  if (!Number.isInteger(vnodes) || vnodes < 0)
    throw new RangeError(`vnodes of ${describeNode(node, index)} must be an integer of at least 0, got ${vnodes}`);
  return vnodes === 0 || vnodes === vnodeCount ? undefined : vnodes;
}
