import type { MemcachePool } from '@lockstep/memcache';
import type { BackendClass, BackendPools } from '@lockstep/memcache-proxy';
import { type KeyClass, mainPoolName, type Topology } from '@lockstep/service-kit';

/** The classes of a topology as the backend takes them, over the pools of one region. */
export function toBackendPools(
  { classes }: Pick<Topology, 'classes'>,
  get: (name: string) => MemcachePool,
): BackendPools {
  return {
    pool: get(mainPoolName),
    poolName: mainPoolName,
    classes: classes.map((keyClass) => toBackendClass(keyClass, get)),
  };
}

function toBackendClass(
  { policy: _policy, pools, shadow, ...rest }: KeyClass,
  get: (name: string) => MemcachePool,
): BackendClass {
  return {
    ...rest,
    ...(pools === undefined ? {} : { pools: pools.map((name) => ({ name, pool: get(name) })) }),
    ...(shadow === undefined ? {} : { shadow: get(shadow) }),
  };
}
