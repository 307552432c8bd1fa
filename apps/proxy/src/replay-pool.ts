import { createPool, type MemcachePool, type PoolOptions } from '@lockstep/memcache';

/**
 * A pool for a command that only carries deletes out: it leaves nodes that come back as they are, which running proxies
 * see to, and has nobody stand in for a node.
 */
export function createReplayPool({ gutter: _gutter, ...options }: PoolOptions): MemcachePool {
  return createPool({ ...options, failover: 'none', onReturn: 'keep' });
}
