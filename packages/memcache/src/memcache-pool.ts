import type { RingNode } from '@lockstep/hashring';

import type { CallOptions, Key, MemcacheDriver } from './driver.ts';
import type { Mutation } from './mutation.ts';
import type { NodeOutcome } from './node-outcome.ts';

/** One node of a pool, as far as the pool knows. */
export interface PoolNode {
  readonly node: RingNode;
  /** False while calls to it fail with ERR_MEMCACHE_NODE_DOWN. True before the first call. */
  readonly up: boolean;
}

/** The statistics of one node, or why there are none. */
export interface PoolNodeStats {
  readonly node: RingNode;
  readonly stats?: Map<string, string>;
  readonly error?: unknown;
}

/** What `MemcachePool` has from a driver, key by key. */
type KeyedCalls = Pick<
  MemcacheDriver,
  'get' | 'gets' | 'getMany' | 'set' | 'add' | 'replace' | 'cas' | 'delete' | 'touch' | 'incr' | 'decr' | 'capabilities'
>;

/** Many memcached servers under one ring. Calls on a key go to the node that owns it. */
export interface MemcachePool extends KeyedCalls, AsyncDisposable {
  /**
   * Deletes the key on every node, whoever owns it: after the ring has changed, a former owner may
   * still hold an old value.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_DELETE with `outcomes` when any node did not confirm.
   */
  deleteEverywhere(key: Key, options?: CallOptions): Promise<NodeOutcome[]>;
  /**
   * Carries out all mutations, each on the node that owns its key, and resolves when all of them are
   * confirmed. Each key may occur once. As with `batch`, a value that a server refuses for good
   * becomes a delete.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_BATCH with `outcomes` when any node did not confirm;
   * any part may have been carried out, and the same batch may be applied again.
   */
  applyBatch(mutations: readonly Mutation[], options?: CallOptions): Promise<void>;
  /**
   * Drops everything on every node.
   *
   * @throws MemcacheError ERR_MEMCACHE_PARTIAL_FLUSH with `outcomes` when any node did not confirm.
   */
  flushAll(options?: CallOptions): Promise<void>;
  /** The nodes in the order of the ring. */
  nodes(): PoolNode[];
  /** The statistics of every node in the order of the ring. Never rejects for a node that does not answer. */
  stats(options?: CallOptions): Promise<PoolNodeStats[]>;
  /** Closes the driver of every node. Idempotent. */
  close(): Promise<void>;
}
