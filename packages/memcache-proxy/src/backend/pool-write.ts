import type { Key, NodeOutcome } from '@lockstep/memcache';

import type { DeleteReach } from './delete-spool.ts';
import type { PoolLike } from './pool-like.ts';
import type { ProxyWrite } from './write-hook.ts';

/** A call of a write on one pool. */
export type PoolCall<T> = (pool: PoolLike) => Promise<T>;

/** One write to the pools of a class. Its parts are called while it has the turn of its key. */
export interface PoolWrite<T> {
  readonly send: PoolCall<T>;
  /**
   * What the other pools get after the first has answered, undefined for nothing. Without `follow` all
   * pools get `send` at once.
   */
  readonly follow?: ((result: T) => PoolCall<unknown> | undefined) | undefined;
  /** One answer out of those of all pools. @default that of the first */
  readonly merge?: (results: readonly T[]) => T;
  /** What pools get that may not keep what they have. @default `delete` */
  readonly forget?: PoolCall<unknown>;
  /** What the shadow gets. @default `send` */
  readonly shadow?: PoolCall<unknown> | undefined;
  /** What the hook hears. */
  readonly toHook: (result: T) => ProxyWrite | undefined;
  /** True when the key is gone or marked afterwards, so that a spooled delete makes up for it. */
  readonly removes?: boolean;
  /** True when every node of the first pool has to forget the key. */
  readonly everywhere?: boolean;
  /** What becomes of every node, where the answer did not wait for all or not all confirmed. */
  readonly late?: (result: T) => Promise<readonly NodeOutcome[]> | undefined;
  /** Bytes of the value that it keeps in memory. @default 0 */
  readonly valueBytes?: number;
  /** The answer without any pool's: of asynchronous classes, and of removals that the spool took. */
  readonly early?: { readonly answer: T } | undefined;
}

/** How much memory a write keeps while it waits. */
export function bytesOf(key: Key, { valueBytes = 0 }: Pick<PoolWrite<unknown>, 'valueBytes'>): number {
  return key.length + valueBytes;
}

/** Where the delete has to go that makes up for a write. */
export function reachOf(everywhere: boolean | undefined): DeleteReach | undefined {
  return everywhere === true ? 'everywhere' : undefined;
}
