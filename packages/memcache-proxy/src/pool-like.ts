import type { Item, Key, StoreOptions, StoreOutcome } from '@lockstep/memcache';

/** The calls that the proxy makes on a memcached pool; `MemcachePool` of `@lockstep/memcache` has them all. */
export interface PoolLike {
  get(key: Key): Promise<Item | undefined>;
  gets(key: Key): Promise<Item | undefined>;
  set(key: Key, value: Buffer, options?: StoreOptions): Promise<void>;
  add(key: Key, value: Buffer, options?: StoreOptions): Promise<StoreOutcome>;
  replace(key: Key, value: Buffer, options?: StoreOptions): Promise<StoreOutcome>;
  cas(key: Key, value: Buffer, cas: bigint, options?: StoreOptions): Promise<StoreOutcome>;
  delete(key: Key): Promise<boolean>;
  touch(key: Key, ttlSeconds: number): Promise<boolean>;
  incr(key: Key, delta: bigint): Promise<bigint | undefined>;
  decr(key: Key, delta: bigint): Promise<bigint | undefined>;
}
