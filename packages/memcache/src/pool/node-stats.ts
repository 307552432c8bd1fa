import type { CallOptions } from '../driver/driver.ts';
import type { PoolNode, PoolNodeStats } from './memcache-pool.ts';
import type { Topology } from './topology.ts';

/** The statistics of every node in the order of the ring. Never rejects for a node that does not answer. */
export function nodeStats({ ring, members }: Topology, options?: CallOptions): Promise<PoolNodeStats[]> {
  return Promise.all(
    ring.nodes.map((node, index) =>
      members[index]!.driver.stats(options).then(
        (stats): PoolNodeStats => ({ node, stats }),
        (error: unknown): PoolNodeStats => ({ node, error }),
      ),
    ),
  );
}

/** The nodes in the order of the ring. */
export function poolNodes({ ring, members }: Topology): PoolNode[] {
  return ring.nodes.map((node, index) => {
    const member = members[index]!;
    const { isUp, queued } = member.driver;
    return { node, up: member.serves() && isUp, ...(queued === undefined ? {} : { queued }) };
  });
}
