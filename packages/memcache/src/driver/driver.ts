import type { Capabilities } from './capabilities.ts';
import type { DriverDirectCalls } from './direct-calls.ts';
import type { MetaReply, MetaRequest } from './meta.ts';
import type { Mutation } from './mutation.ts';
import type { PackedMutations } from './packed-mutations.ts';
import type { QueueDepth } from './queue-depth.ts';
import type { MarkStaleOptions, ReadOptions, ReadResult } from './read.ts';

export type { Capabilities } from './capabilities.ts';

/**
 * Keys are bytes; a string stands for its UTF-8 bytes. 1 to 250 bytes, none of them 0x00-0x20 or 0x7f; with
 * `keys: 'binary'` also 1 to 186 bytes of any kind.
 */
export type Key = string | Buffer;

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
  /**
   * The CAS value that the item gets, such as a version of the row it stands for. Needs
   * `capabilities.explicitCas`. @default chosen by the server
   */
  readonly explicitCas?: bigint;
}

/** What `cas` takes besides the CAS value. */
export interface CasOptions extends StoreOptions {
  /**
   * With a CAS value older than the item's, store the value as stale instead of refusing it: a late
   * writer cannot publish as fresh. The outcome is `stored` then. Needs `capabilities.stale`.
   *
   * @default false
   */
  readonly orStale?: boolean;
}

/** What `batch` takes. */
export interface BatchOptions extends CallOptions {
  /**
   * Lets the server answer a batch that only deletes once, behind the last delete, instead of once for
   * each: half the work on both sides. The answer shows that the server has carried out all that
   * reached it, so that this relies on a connection that loses nothing in the middle, as TCP does.
   * Without effect on batches that store and on drivers that cannot do it.
   *
   * @default false
   */
  readonly quiet?: boolean;
}

/** What `flushAll` takes. */
export interface FlushOptions extends CallOptions {
  /** Seconds from now at which the server drops what was stored before that moment. @default 0 */
  readonly delaySeconds?: number;
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
  /**
   * Grows with each connection that is lost. Where it is another number than before a CAS value was read, that value may
   * stand for something else: a server that is started anew counts its stores from the beginning. Undefined where the
   * driver does not count.
   */
  readonly generation?: number;
  /** What waits for answers now. Undefined where the driver does not count it. */
  readonly queued?: QueueDepth;
  /** Reads and stores without promises. Undefined where the driver has none. */
  readonly direct?: DriverDirectCalls;
  /**
   * Undefined for a miss. A value that is marked as stale counts as a miss for the first caller that
   * sees it, who is the one to store a new one, and as a hit for the others; a lease without a value
   * is a miss. The same holds for `gets`, `gat` and `touch`; `getMany` leaves that right to others.
   */
  get(key: Key, options?: CallOptions): Promise<Item | undefined>;
  /** As `get`, with the CAS value. */
  gets(key: Key, options?: CallOptions): Promise<Item | undefined>;
  /**
   * As `get`, with the time to live, the CAS value, and all that leases, stale marks, refreshing ahead
   * and conditional reads need. Read keys that use any of these by this call.
   */
  read(key: Key, options?: ReadOptions): Promise<ReadResult>;
  /** As `get`, and sets the time to live by the rule of StoreOptions. */
  gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<Item | undefined>;
  /** Answers in the order of `keys`, `undefined` for a miss. */
  getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]>;
  /**
   * Do not change `value` before the promise settles. The same holds for the other stores. What is not written
   * when a call ends early, by its deadline or signal, is kept as it was then; but the socket may still be reading
   * from a Buffer above 2048 bytes, which must not be changed after such a rejection either.
   */
  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void>;
  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome>;
  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome>;
  cas(key: Key, value: Buffer | string, cas: bigint, options?: CasOptions): Promise<StoreOutcome>;
  /**
   * Puts `value` after what is there, whose flags and time to live stay. `not-stored` when nothing is.
   * Not for keys with leases or stale marks: memcached appends to an empty lease, and forgets the mark.
   */
  append(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome>;
  /** As `append`, before what is there. */
  prepend(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome>;
  /** False when there was nothing to delete. */
  delete(key: Key, options?: CallOptions): Promise<boolean>;
  /**
   * Leaves the value to be served as `stale`, gives it a new CAS value, and has the next `read` refresh
   * it. False when the key is not there.
   */
  markStale(key: Key, options?: MarkStaleOptions): Promise<boolean>;
  /** False when the key is not there. */
  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean>;
  /** The new value (unsigned 64 bits, wraps), or undefined when the key is not there. */
  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  /** The new value (stops at 0), or undefined when the key is not there. */
  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  /**
   * One command of the meta protocol, for proxies: what the other calls make of leases, stale marks and misses
   * is left to the caller. Needs `capabilities.meta`. TypeError for flags that the command does not know.
   */
  meta(request: MetaRequest, options?: CallOptions): Promise<MetaReply>;
  /**
   * Carries out all mutations and resolves when the server has confirmed each of them. A value that
   * the server refuses for good (too large, out of memory) becomes a delete of its key: a miss, not
   * the value from before. After a rejection any part may have been carried out.
   */
  batch(mutations: readonly Mutation[], options?: BatchOptions): Promise<void>;
  /**
   * As `batch`, of the packed mutations at these indexes, whose keys have been checked: they are 1 to 250 bytes of
   * printable ASCII without spaces. Where it is missing, `batch` does the same.
   */
  packedBatch?(mutations: PackedMutations, indexes: readonly number[], options?: CallOptions): Promise<void>;
  /** Drops everything that the server holds. */
  flushAll(options?: FlushOptions): Promise<void>;
  /** The server's general statistics, by their names in memcached's protocol. */
  stats(options?: CallOptions): Promise<Map<string, string>>;
  version(options?: CallOptions): Promise<string>;
  /** Rejects what is in flight with ERR_MEMCACHE_CLOSED and releases the connection. Idempotent. */
  close(): Promise<void>;
}
