import type {
  BroadcastPolicy,
  DirectCalls,
  Item,
  Key,
  MarkStaleOptions,
  MetaReply,
  MetaRequest,
  NodeAnswer,
  NodeOutcome,
  ReadOptions,
  ReadResult,
  StoreOutcome,
} from '@lockstep/memcache';

import type { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { BackendPools } from './routes.ts';
import type { BackendStats } from './tally.ts';

/** What every call of a backend takes. */
export interface BackendCallOptions {
  /** Ends the call early, with the signal's reason: for clients that hang up. What was sent may still be carried out. */
  readonly signal?: AbortSignal | undefined;
}

/** What `read` takes: see the driver of `@lockstep/memcache`. */
export interface BackendReadOptions extends Omit<ReadOptions, 'timeoutMs'> {
  /**
   * Asked before another pool is, or the first one for a lease: where it says no, what is known by then is the answer. For
   * clients that may have hung up, where a signal for each read would cost more than the read. @default it is
   */
  readonly isWanted?: (() => boolean) | undefined;
}

/** What calls on every node take. */
export interface BackendNodesOptions extends BackendCallOptions {
  /** How long each node may take, in milliseconds. @default that of the pool */
  readonly timeoutMs?: number;
}

/** What `deleteEverywhere` takes. */
export interface BackendDeleteOptions extends BackendNodesOptions {
  /** When it resolves: with every node's confirmation, with the first, or with those of more than half. @default 'all' */
  readonly policy?: BroadcastPolicy;
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
 * - ERR_MEMCACHE_PROXY_WRITE_BUSY, WRITE_REFUSED, READ_ONLY or NOT_NUMERIC: the key is as it was (see the spool below);
 * - ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE: the old value is gone;
 * - ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: memcached did not answer, or not all pools of the class did;
 * - ERR_MEMCACHE_PROXY_HOOK_FAILED: memcached has the write, the hook did not take it.
 *
 * An aborted signal ends every call with its reason. A write whose turn has come is carried out nevertheless, and
 * told to the hook. The bytes of a value must not change any more: they may be sent after the call has ended.
 *
 * With a spool, `delete` and `markStale` that a pool did not confirm resolve with true once the spool has
 * them: the node forgets the key soon after it serves again. The same delete makes up for other writes
 * that were not confirmed, which reject all the same.
 *
 * With a spool, what removes a key is not forgotten where it does not get its turn: the spool has it before the call
 * ends, and it is carried out and told to the hook when the turn comes. `delete` and `markStale` resolve with true then
 * where there is no hook or the class writes `async`, and else reject with ERR_MEMCACHE_PROXY_WRITE_BUSY, as other
 * removals do.
 *
 * A key must be 1 to 250 bytes without spaces and control characters; the faces see to that.
 */
export interface Backend {
  get(key: Key, options?: BackendCallOptions): Promise<Item | undefined>;
  /**
   * Single reads and stores without promises, with the same outcomes, failures and counts. They answer false where
   * anybody else takes part in a call: a hook, a shadow, several pools, a spool that owes deletes, a key whose turn is
   * taken. @default none
   */
  readonly direct?: DirectCalls;
  /** As `get`, with the CAS value. */
  gets(key: Key, options?: BackendCallOptions): Promise<Item | undefined>;
  /** One round trip per node, in the order of the keys. Never rejects for a node that does not answer. */
  getMany(keys: readonly Key[], options?: BackendCallOptions): Promise<ReadOutcome[]>;
  /** As `get`, with what leases, stale marks and conditional reads need: see the driver of `@lockstep/memcache`. */
  read(key: Key, options?: BackendReadOptions): Promise<ReadResult>;
  /**
   * What every node of the class's first pool holds, in the order of arrival. A consumer that stops early
   * ends the other calls. The iteration rejects with the signal's reason.
   */
  readEverywhere(key: Key, options?: BackendNodesOptions): AsyncIterable<NodeAnswer>;
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
  /**
   * Deletes the key on every node of the class's first pool, and on its owners in the others. The hook hears of
   * it once. When the policy is not met, the cause of the error has the `outcomes` of the nodes.
   */
  deleteEverywhere(key: Key, options?: BackendDeleteOptions): Promise<NodeOutcome[]>;
  /** Leaves the value to be served as stale; other regions are told to forget the key. False when it is not there. */
  markStale(key: Key, options?: Omit<MarkStaleOptions, 'timeoutMs'>): Promise<boolean>;
  touch(key: Key, ttlSeconds: number, options?: BackendCallOptions): Promise<boolean>;
  incr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined>;
  decr(key: Key, delta: bigint, options?: BackendCallOptions): Promise<bigint | undefined>;
  /**
   * One command of the meta protocol: reads as they are, writes like those above. What changes a value is told to
   * the hook; see `toMetaWrite`. Always on the first pool of the key's class, as leases and CAS values belong
   * to one server.
   */
  meta(request: MetaRequest, options?: BackendCallOptions): Promise<MetaReply>;
  /**
   * Drops everything on every node of every pool, without those that only read-only classes use. The hook hears
   * nothing of it: other regions keep what they have.
   */
  flushAll(options?: BackendCallOptions): Promise<void>;
  /**
   * Resolves at the first moment when no write is under way, nor what its hook and the spool do for it: also writes
   * whose client has been answered or is gone. For a shutdown, before the spool and the pools are closed.
   */
  idle(): Promise<void>;
  /** What became of the calls since the backend was made. Cheap enough to ask for at any time. */
  stats(): BackendStats;
  /**
   * Goes over to other pools and classes: calls from now on see them, those under way end on the old ones.
   * Resolves when no call waits for the old ones any more, so that you can close the pools that you
   * replaced. Nothing changes when it rejects.
   *
   * @throws TypeError or RangeError as `createBackend`.
   */
  reload(pools: BackendPools): Promise<void>;
}
