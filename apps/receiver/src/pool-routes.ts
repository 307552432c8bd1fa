import { type PackedWrites, selectWrites, showKey } from '@lockstep/replication';
import { classOf, mainPoolName, type Topology } from '@lockstep/service-kit';

/** To which pools keys go. */
export interface PoolRoutes {
  /** The names of the pools of a key's class. */
  poolsOf(key: Buffer): readonly string[];
  /** By the name of a pool, the writes that go there. */
  split(writes: PackedWrites): ReadonlyMap<string, PackedWrites>;
}

const mainOnly: readonly string[] = [mainPoolName];

/** Compiles the routes of a topology. */
export function createPoolRoutes(topology: Pick<Topology, 'classes'>): PoolRoutes {
  const find = classOf(topology);
  const poolsOf = (key: Buffer): readonly string[] => find(key)?.pools ?? mainOnly;
  const isPlain = topology.classes.every(({ pools = mainOnly }) => pools.length === 1 && pools[0] === mainPoolName);
  return {
    poolsOf,
    split(writes) {
      if (isPlain) return new Map([[mainPoolName, writes]]);
      const parts = new Map<string, number[]>();
      for (let index = 0; index < writes.count; index++) {
        for (const name of poolsOf(showKey(writes, index))) {
          const part = parts.get(name);
          if (part === undefined) parts.set(name, [index]);
          else part.push(index);
        }
      }
      return new Map(Array.from(parts, ([name, indexes]) => [name, selectWrites(writes, indexes)]));
    },
  };
}
