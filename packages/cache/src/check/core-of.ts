import type { Cache } from '../cache.ts';
import type { CacheCore } from '../read/cache-core.ts';

const cores = new WeakMap<Cache, CacheCore>();

/** Lets `coreOf` find it. */
export function noteCore(cache: Cache, core: CacheCore): void {
  cores.set(cache, core);
}

/** The inside of a cache. @throws TypeError for what `createCache` has not made. */
export function coreOf(cache: Cache): CacheCore {
  const core = cores.get(cache);
  if (core === undefined) throw new TypeError('it must be a cache that createCache has made');
  return core;
}
