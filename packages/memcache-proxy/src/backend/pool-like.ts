import type { MemcachePool } from '@lockstep/memcache';

/** The calls that the proxy makes on a memcached pool; `MemcachePool` of `@lockstep/memcache` has them all. */
export type PoolLike = Pick<
  MemcachePool,
  | 'get'
  | 'gets'
  | 'getMany'
  | 'getManyOutcomes'
  | 'read'
  | 'readEverywhere'
  | 'gat'
  | 'set'
  | 'add'
  | 'replace'
  | 'cas'
  | 'append'
  | 'prepend'
  | 'delete'
  | 'deleteEverywhere'
  | 'markStale'
  | 'touch'
  | 'incr'
  | 'decr'
  | 'meta'
  | 'flushAll'
> &
  Partial<Pick<MemcachePool, 'isAway' | 'direct'>>;
