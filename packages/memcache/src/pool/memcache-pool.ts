import type { Ring, RingNode } from '@lockstep/hashring';

import type { DirectCalls } from '../driver/direct-calls.ts';
import type { CallOptions, Key, MemcacheDriver, StoreOptions } from '../driver/driver.ts';
import type { Mutation } from '../driver/mutation.ts';
import type { PackedMutations } from '../driver/packed-mutations.ts';
import type { QueueDepth } from '../driver/queue-depth.ts';
import type { BroadcastPolicy } from './broadcast.ts';
import type { NodeAnswer } from './node-answer.ts';
import type { GetOutcome, KeyOutcome, NodeOutcome } from './node-outcome.ts';
import type { ShadowStats } from './shadow.ts';
import type { WarmUpLimits } from './warm-up.ts';

/** One node of a pool, as far as the pool knows. */
export interface PoolNode {
  readonly node: RingNode;
  /** False while calls are not sent to it. True before the first call. */
  readonly up: boolean;
  /** What waits for its answers now. Undefined where its driver does not count it. */
  readonly queued?: QueueDepth;
}

/** The statistics of one node, or why there are none. */
export interface PoolNodeStats {
  readonly node: RingNode;
  readonly stats?: Map<string, string>;
  readonly error?: unknown;
}

/** One entry of `setMany`, with options of its own. */
export interface SetEntry extends Pick<StoreOptions, 'flags' | 'ttlSeconds'> {
  readonly key: Key;
  readonly value: Buffer | string;
}

/** What `deleteEverywhere` takes. */
export interface DeleteEverywhereOptions extends CallOptions {
  /**
   * When it resolves: with every node's confirmation, with the first, or with those of more than half. The
   * deletes on the others go on, and an event tells of those that fail.
   *
   * @default 'all'
   */
  readonly policy?: BroadcastPolicy;
  /** Told once, when every node has answered, of what became of each. */
  readonly onSettled?: ((outcomes: readonly NodeOutcome[]) => void) | undefined;
}

/** What `reload` takes. */
export interface ReloadOptions {
  /** Fills misses of `get` and `getMany` from the nodes of the ring until now, for a time. @default not */
  readonly warmUp?: WarmUpLimits | undefined;
  /** Milliseconds in which the calls in flight on nodes that leave must end. @default 10000 */
  readonly drainTimeoutMs?: number;
  /**
   * Which nodes that come into the ring are emptied first: those that this pool had before (`returning`),
   * as keys may have changed while they were away, all that are `added`, or none.
   *
   * @default 'returning'
   */
  readonly flush?: 'returning' | 'added' | 'none';
}

/** What `MemcachePool` has from a driver, key by key. */
type KeyedCalls = Pick<
  MemcacheDriver,
  | 'get'
  | 'gets'
  | 'read'
  | 'gat'
  | 'getMany'
  | 'set'
  | 'add'
  | 'replace'
  | 'cas'
  | 'append'
  | 'prepend'
  | 'delete'
  | 'markStale'
  | 'touch'
  | 'incr'
  | 'decr'
  | 'meta'
  | 'capabilities'
>;

/**
 * Many memcached servers under one ring. Calls on a key go to the node that owns it.
 *
 * While a node is down and `failover` has its keys served elsewhere, `get`, `getMany`, `gat`, `read`, `touch`,
 * `set`, `delete` and `markStale` (a delete then) go there, without leases and CAS values. What builds on a
 * state that only the node itself knows rejects with ERR_MEMCACHE_NODE_DOWN: `add`, `replace`, `cas`, `append`,
 * `prepend`, `incr`, `decr`, `meta`; `gets` is a miss.
 */
export interface MemcachePool extends KeyedCalls, AsyncDisposable {
  /** The ring in use. */
  readonly ring: Ring;
  /** True where `failover` has keys served elsewhere while their node is down. */
  readonly diverts: boolean;
  /** As of a driver, over all nodes; it also grows with each reload, after which a key may have another owner. */
  readonly generation: number;
  /** Single reads and stores without promises. Undefined where somebody else's pool has none. */
  readonly direct?: DirectCalls;
  /** What became of the copies, where there is a shadow. */
  readonly shadowStats?: ShadowStats;
  /**
   * As `getMany`, but a node that does not answer costs its own keys only: each has the error in its place.
   * Never rejects for a node. When the signal is aborted, the keys that are still open have its reason.
   */
  getManyOutcomes(keys: readonly Key[], options?: CallOptions): Promise<GetOutcome[]>;
  /** Stores all entries, and tells how each ended, in their order. Never rejects. */
  setMany(entries: readonly SetEntry[], options?: CallOptions): Promise<KeyOutcome[]>;
  /** Deletes all keys, and tells how each ended, in their order. Never rejects. */
  deleteMany(keys: readonly Key[], options?: CallOptions): Promise<KeyOutcome[]>;
  /**
   * Deletes the key on every node, whoever owns it: after the ring has changed, a former owner may
   * still hold an old value. A node that is down deletes it before it serves again.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_DELETE with `outcomes` when the policy was not met.
   */
  deleteEverywhere(key: Key, options?: DeleteEverywhereOptions): Promise<NodeOutcome[]>;
  /**
   * Asks every node for the key at once, whoever owns it, and yields the answers in the order of arrival; a
   * node that does not answer is one with an error. Ends after the last. A consumer that stops early ends
   * the other calls. A gutter is a pool of its own, and is not asked.
   *
   * @throws MemcacheError ERR_MEMCACHE_BAD_KEY, and the signal's reason, both from the iteration.
   */
  readEverywhere(key: Key, options?: CallOptions): AsyncIterable<NodeAnswer>;
  /**
   * Carries out all mutations, each on the node that owns its key, and resolves when all of them are
   * confirmed. Each key may occur once. As with `batch`, a value that a server refuses for good
   * becomes a delete. Nothing of it goes to another node while one is down.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_BATCH with `outcomes` when any node did not confirm;
   * any part may have been carried out, and the same batch may be applied again.
   */
  applyBatch(mutations: readonly Mutation[], options?: CallOptions): Promise<void>;
  /**
   * As `applyBatch`, of mutations that lie packed, which is several times cheaper; the bytes must not change before it
   * has settled.
   *
   * @throws as `applyBatch`.
   */
  applyPacked(mutations: PackedMutations, options?: CallOptions): Promise<void>;
  /**
   * Drops everything on every node.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_FLUSH with `outcomes` when any node did not confirm.
   */
  flushAll(options?: CallOptions): Promise<void>;
  /**
   * Goes over to another ring without a failed call: nodes with the same address keep their driver, new
   * ones get one, and those that leave are closed when their calls have ended. Resolves when they are closed.
   * Reloads that overlap take effect in the order of the calls.
   *
   * @throws MemcacheError ERR_MEMCACHE_CLOSED when the pool is closed.
   */
  reload(ring: Ring, options?: ReloadOptions): Promise<void>;
  /** True while the node that owns the key is down: what is written now, it does not hear of before it returns. */
  isAway(key: Key): boolean;
  /** The nodes in the order of the ring. */
  nodes(): PoolNode[];
  /** The statistics of every node in the order of the ring. Never rejects for a node that does not answer. */
  stats(options?: CallOptions): Promise<PoolNodeStats[]>;
  /** Closes the driver of every node. Idempotent. */
  close(): Promise<void>;
}
