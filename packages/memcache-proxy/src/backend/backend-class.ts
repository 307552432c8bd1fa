import type { NamedPool } from './named-pool.ts';
import type { PoolLike } from './pool-like.ts';

/**
 * Which of several pools answers a read. `gets` and `gat` always ask the first, as a CAS value
 * belongs to one server; what `read` finds elsewhere has the CAS value 0.
 *
 * - `first`: the first pool, whatever it answers.
 * - `miss-failover`: one after another until one has it, as mcrouter's MissFailoverRoute. A miss when none
 *   has, and an error only when none answered.
 * - `fastest`: all at once, and the first that has it wins. mcrouter's AllFastestRoute takes the first
 *   answer, also a miss; here a pool that was emptied does not hide what another one has. `read`
 *   asks them one after another.
 */
export type ReadPolicy = 'first' | 'miss-failover' | 'fastest';

/**
 * When a write to several pools is answered. In every case each pool gets it, and the next write to the
 * key waits until all have answered.
 *
 * - `all`: when each has confirmed, as mcrouter's AllSyncRoute; an error when one did not.
 * - `first-success`: with the first confirmation. A pool that fails then has its key deleted through the spool.
 * - `async`: `set`, `delete` and `markStale` are answered before any pool is asked, with what they would be
 *   answered with if all went well, as mcrouter's AllAsyncRoute (which answers NOT_STORED). The rest is
 *   answered by the first pool, as with mcrouter's AllInitialRoute.
 *
 * Conditional stores (`add`, `replace`, `cas`) are decided by the first pool and go to the others as
 * `set`; what counts or appends is carried out on the first pool, and the others forget the key.
 */
export type WritePolicy = 'all' | 'first-success' | 'async';

/** How keys with a common beginning are served. */
export interface BackendClass {
  /** 1 to 250 bytes as UTF-8, or none for all keys that no other class takes. The longest that fits a key counts. */
  readonly prefix: string;
  /** The first is the one that conditional writes and CAS values belong to. @default the backend's own pool */
  readonly pools?: readonly NamedPool[];
  /** @default 'first' */
  readonly reads?: ReadPolicy;
  /** @default 'all' */
  readonly writes?: WritePolicy;
  /** A shorter time to live becomes this one; not one that is over at once. @default none */
  readonly minTtlSeconds?: number;
  /** A longer time to live becomes this one, and so does none at all. @default none */
  readonly maxTtlSeconds?: number;
  /** Gets a copy of every call, which nobody waits for, 1,024 at once at most. @default none */
  readonly shadow?: PoolLike;
  /**
   * Refuses every write with ERR_MEMCACHE_PROXY_READ_ONLY, and reads ask for no lease and no refresh. What was marked
   * as stale, memcached hands out with the right to refresh all the same.
   * @default false
   */
  readonly readOnly?: boolean;
}
