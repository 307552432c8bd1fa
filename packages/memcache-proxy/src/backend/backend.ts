import type { Item, Key, MarkStaleOptions, ReadOptions, ReadResult, StoreOutcome } from '@lockstep/memcache';

import type { MemcacheProxyError } from '../memcache-proxy-error.ts';

/** What every call of a backend takes. */
export interface BackendCallOptions {
  /** Ends the call early, with the signal's reason: for clients that hang up. What was sent may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** What a store through the backend takes besides key and value. */
export interface BackendStoreOptions extends BackendCallOptions {
  /** Opaque 32-bit client flags. @default 0 */
  readonly flags?: number;
  /** memcached's own TTL rule: 0 never, to 2,592,000 relative, above that absolute, negative at once. @default 0 */
  readonly ttlSeconds?: number;
}

/** What `cas` takes besides. */
export interface BackendCasOptions extends BackendStoreOptions {
  /** With a CAS value older than the item's, store the value as stale instead of refusing it. @default false */
  readonly orStale?: boolean;
}

/** What became of one key of many: its value, nothing, or why it could not be read. */
export type ReadOutcome = Item | undefined | MemcacheProxyError;

/**
 * memcached pools with a hook on their writes: what both faces of the proxy stand on, and what you
 * can put a third face on.
 *
 * Every read rejects with ERR_MEMCACHE_PROXY_READ_FAILED when the key's node does not answer. Every
 * write rejects with one of
 * - ERR_MEMCACHE_PROXY_WRITE_BUSY, WRITE_REFUSED or NOT_NUMERIC: the key is as it was;
 * - ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE: the old value is gone;
 * - ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: memcached did not answer;
 * - ERR_MEMCACHE_PROXY_HOOK_FAILED: memcached has the write, the hook did not take it.
 *
 * A key must be 1 to 250 bytes without spaces and control characters; the faces see to that.
 */
export interface Backend {
  get(key: Key, options?: BackendCallOptions): Promise<Item | undefined>;
  /** As `get`, with the CAS value. */
  gets(key: Key, options?: BackendCallOptions): Promise<Item | undefined>;
  /** One round trip per node, in the order of the keys. Never rejects for a node that does not answer. */
  getMany(keys: readonly Key[], options?: BackendCallOptions): Promise<ReadOutcome[]>;
  /** As `get`, with what leases, stale marks and conditional reads need: see the driver of `@lockstep/memcache`. */
  read(key: Key, options?: Omit<ReadOptions, 'timeoutMs'>): Promise<ReadResult>;
  /** As `get`, and sets the time to live; other regions are told to forget the key when it was there. */
  gat(key: Key, ttlSeconds: number, options?: BackendCallOptions): Promise<Item | undefined>;
  set(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<void>;
  add(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome>;
  replace(key: Key, value: Buffer, options?: BackendStoreOptions): Promise<StoreOutcome>;
  cas(key: Key, value: Buffer, cas: bigint, options?: BackendCasOptions): Promise<StoreOutcome>;
  append(key: Key, value: Buffer, options?: BackendCallOptions): Promise<StoreOutcome>;
  prepend(key: Key, value: Buffer, options?: BackendCallOptions): Promise<StoreOutcome>;
  /** False when there was nothing to delete; the hook hears of it all the same. */
  delete(key: Key, options?: BackendCallOptions): Promise<boolean>;
  /** Leaves the value to be served as stale; other regions are told to forget the key. False when it is not there. */
  markStale(key: Key, options?: Omit<MarkStaleOptions, 'timeoutMs'>): Promise<boolean>;
  touch(key: Key, ttlSeconds: number, options?: BackendCallOptions): Promise<boolean>;
  incr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined>;
  decr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined>;
  /** Drops everything on every node. The hook hears nothing of it: other regions keep what they have. */
  flushAll(options?: BackendCallOptions): Promise<void>;
}
