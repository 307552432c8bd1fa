import type { NodeNames } from '@lockstep/memcache-proxy';
import type { PoolSet } from '@lockstep/service-kit';

/**
 * Says what the topology calls a node, as it is now; undefined where two pools have the name for different servers, so
 * that its address says which one is meant.
 */
export function createNodeNames(pools: Pick<PoolSet, 'entries'>): NodeNames {
  return (node) => {
    const all = pools.entries().flatMap(({ settings }) => settings.nodes);
    const isSame = ({ host, port }: Parameters<NodeNames>[0]): boolean => host === node.host && port === node.port;
    const found = all.find(isSame);
    const isShared = all.some((other) => other.name === found?.name && !isSame(other));
    return isShared ? undefined : found?.name;
  };
}
