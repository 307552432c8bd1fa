import type { NodeAddress } from '@lockstep/memcache';
import { classOf, mainPoolName, poolsOf, type PoolsOfRegion, type Topology } from '@lockstep/service-kit';

/** Every memcached of a region that may hold keys that start with `prefix`: those of longer classes, and gutters, too. */
export function nodesOfClass(
  { classes }: Pick<Topology, 'classes'>,
  region: PoolsOfRegion,
  prefix: Buffer,
): NodeAddress[] {
  const own = classOf({ classes })(prefix);
  const inside = classes.filter((one) => Buffer.from(one.prefix).subarray(0, prefix.length).equals(prefix));
  const names = new Set([own, ...inside].flatMap((one) => one?.pools ?? [mainPoolName]));
  const pools = poolsOf(region);
  const nodes = new Map<string, NodeAddress>();
  // A set grows while it is gone through: the gutter of a gutter is met as well.
  for (const name of names) {
    const pool = pools.get(name);
    if (pool?.gutter !== undefined) names.add(pool.gutter);
    for (const { address, host, port } of pool?.nodes ?? []) {
      nodes.set(address, port === undefined ? { socketPath: host } : { host, port });
    }
  }
  return [...nodes.values()];
}
