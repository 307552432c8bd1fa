import type { Mutation } from './mutation.ts';

/** Keys are bytes; a string stands for its UTF-8 bytes. 1 to 250 bytes, none of them 0x00-0x20 or 0x7f. */
export type Key = string | Buffer;

/** What a driver can do beyond get, set and delete. Ask before you rely on it. */
export interface Capabilities {
  /** Client flags are stored and returned. */
  readonly flags: boolean;
  /** `gets` returns a CAS value and `cas` compares it. */
  readonly cas: boolean;
  /** One round trip reads many keys. */
  readonly multiGet: boolean;
  /** `incr` and `decr` count in unsigned 64 bits. */
  readonly counters: boolean;
}

/** What every call takes. */
export interface CallOptions {
  /** Milliseconds until the call rejects with ERR_MEMCACHE_TIMEOUT. @default the driver's `timeoutMs` */
  readonly timeoutMs?: number;
  /** Rejects the call early with the signal's reason. What has been sent may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** What a store takes besides key and value. */
export interface StoreOptions extends CallOptions {
  /** Opaque 32-bit number that clients keep the value's type in. @default 0 */
  readonly flags?: number;
  /**
   * memcached's own rule: 0 never expires, up to 2,592,000 (30 days) is seconds from now, above that
   * is seconds since the epoch, negative is expired at once. @default 0
   */
  readonly ttlSeconds?: number;
}

/** A value as memcached holds it. */
export interface Item {
  /** Owned by the caller; nothing else writes to it. */
  readonly value: Buffer;
  readonly flags: number;
  /** Set only by calls that ask for it, where the driver has `capabilities.cas`. */
  readonly cas?: bigint;
}

/** How a conditional store ended. `exists`: the CAS value no longer matches. */
export type StoreOutcome = 'stored' | 'not-stored' | 'exists' | 'not-found';

/** One memcached server, behind whichever protocol. Every promise settles by its deadline. */
export interface MemcacheDriver extends AsyncDisposable {
  readonly capabilities: Capabilities;
  /** False while calls fail with ERR_MEMCACHE_NODE_DOWN. True before the first call. */
  readonly isUp: boolean;
  get(key: Key, options?: CallOptions): Promise<Item | undefined>;
  /** As `get`, with the CAS value. */
  gets(key: Key, options?: CallOptions): Promise<Item | undefined>;
  /** Answers in the order of `keys`, `undefined` for a miss. */
  getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]>;
  /** Do not change `value` before the promise settles. The same holds for the other stores. */
  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void>;
  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome>;
  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome>;
  cas(key: Key, value: Buffer | string, cas: bigint, options?: StoreOptions): Promise<StoreOutcome>;
  /** False when there was nothing to delete. */
  delete(key: Key, options?: CallOptions): Promise<boolean>;
  /** False when the key is not there. */
  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean>;
  /** The new value (unsigned 64 bits, wraps), or undefined when the key is not there. */
  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  /** The new value (stops at 0), or undefined when the key is not there. */
  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  /**
   * Carries out all mutations and resolves when the server has confirmed each of them. A value that
   * the server refuses for good (too large, out of memory) becomes a delete of its key: a miss, not
   * the value from before. After a rejection any part may have been carried out.
   */
  batch(mutations: readonly Mutation[], options?: CallOptions): Promise<void>;
  /** Drops everything that the server holds. */
  flushAll(options?: CallOptions): Promise<void>;
  /** The server's general statistics, by their names in memcached's protocol. */
  stats(options?: CallOptions): Promise<Map<string, string>>;
  version(options?: CallOptions): Promise<string>;
  /** Rejects what is in flight with ERR_MEMCACHE_CLOSED and releases the connection. Idempotent. */
  close(): Promise<void>;
}
