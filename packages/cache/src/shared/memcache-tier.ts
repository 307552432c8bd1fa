import { createMemcacheNames } from './memcache-names.ts';
import { MemcacheStore } from './memcache-store.ts';
import type { MemcacheTarget } from './memcache-target.ts';
import type { SharedTier } from './shared-tier.ts';

/** How values lie in memcached. */
export interface MemcacheTierOptions {
  /** Put before every key, so that nothing else on the servers reads a lease as a value. @default 'lockstep:<namespace>:' */
  readonly prefix?: string;
  /** A larger value is not shared. Stay below the `-I` of the servers. @default 1_000_000 */
  readonly maxValueBytes?: number;
}

/**
 * Shares values in memcached, beside any log. A claim is a lease of the meta protocol, and a fill compares with its CAS
 * value, so that a delete voids it; values of another epoch of the log are misses. You own the pool.
 *
 * memcached may evict a fence under pressure, and what it counts in are whole seconds: times to live are rounded up.
 * Tags are asked of the Redis of the log; beside another log a value with tags counts as fresh only when this process
 * has listened since it was loaded, and remembers all that it heard of them.
 *
 * What somebody else than such a tier invalidates, each process deletes when it hears of it.
 *
 * @throws RangeError for a bad `prefix` or `maxValueBytes`; TypeError for a pool without leases, CAS values or the
 *   meta protocol, and for one that serves keys elsewhere while their node is down.
 */
export function memcacheTier(pool: MemcacheTarget, options: MemcacheTierOptions = {}): SharedTier {
  const { prefix, maxValueBytes = 1_000_000 } = options;
  if (!(Number.isInteger(maxValueBytes) && maxValueBytes >= 1)) {
    throw new RangeError(`maxValueBytes must be a positive integer, got ${maxValueBytes}`);
  }
  const { lease, cas, meta } = pool.capabilities;
  if (!lease || !cas || !meta) {
    throw new TypeError('memcacheTier() needs a pool whose drivers speak the meta protocol: leases, CAS values, md');
  }
  if (pool.diverts === true) {
    throw new TypeError(
      "memcacheTier() needs a pool with failover 'none' or 'miss': a delete elsewhere leaves the old value to others",
    );
  }
  const given = prefix === undefined ? undefined : createMemcacheNames(prefix);
  return {
    name: 'memcached',
    open(context) {
      const names = given ?? createMemcacheNames(`lockstep:${encodeURIComponent(context.log.namespace)}:`);
      return new MemcacheStore(pool, names, context, maxValueBytes);
    },
  };
}
