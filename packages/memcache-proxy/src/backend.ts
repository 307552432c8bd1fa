import type { Item, StoreOutcome } from '@lockstep/memcache';

/** What a store through the backend takes besides key and value. */
export interface BackendStoreOptions {
  /** Opaque 32-bit client flags. @default 0 */
  readonly flags?: number;
  /** memcached's own TTL rule: 0 never, to 2,592,000 relative, above that absolute, negative at once. @default 0 */
  readonly ttlSeconds?: number;
}

/**
 * One memcached pool with a hook on its writes: what both faces of the proxy stand on, and what you
 * can put a third face on.
 *
 * Every read rejects with ERR_MEMCACHE_PROXY_READ_FAILED when the key's node does not answer. Every
 * write rejects with one of
 * - ERR_MEMCACHE_PROXY_WRITE_BUSY, WRITE_REFUSED or NOT_NUMERIC: the key is as it was;
 * - ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE: the old value is gone;
 * - ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: memcached did not answer;
 * - ERR_MEMCACHE_PROXY_HOOK_FAILED: memcached has the write, the hook did not take it.
 */
export interface Backend {
  get(key: Buffer): Promise<Item | undefined>;
  /** As `get`, with the CAS value. */
  gets(key: Buffer): Promise<Item | undefined>;
  set(key: Buffer, value: Buffer, options?: BackendStoreOptions): Promise<void>;
  add(key: Buffer, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome>;
  replace(key: Buffer, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome>;
  cas(key: Buffer, value: Buffer, cas: bigint, options?: BackendStoreOptions): Promise<StoreOutcome>;
  /** False when there was nothing to delete; the hook hears of it all the same. */
  delete(key: Buffer): Promise<boolean>;
  touch(key: Buffer, ttlSeconds: number): Promise<boolean>;
  incr(key: Buffer, delta: bigint): Promise<bigint | undefined>;
  decr(key: Buffer, delta: bigint): Promise<bigint | undefined>;
}
