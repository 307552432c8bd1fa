import type { Ring, RingNode } from '@lockstep/hashring';

import type { MemcacheDriver } from '../driver/driver.ts';
import type { NodeAddress } from '../driver/node-address.ts';
import { checkPositive, type MetaDriverOptions } from '../engine/meta-options.ts';
import type { MemcachePool } from './memcache-pool.ts';
import type { PoolListener } from './pool-event.ts';
import type { ShadowOptions } from './shadow.ts';
import type { WarmUpLimits } from './warm-up.ts';

/**
 * What becomes of calls on the keys of a node that is down.
 *
 * - `none`: they reject with ERR_MEMCACHE_NODE_DOWN.
 * - `miss`: reads are misses, writes reject. Reads that fail for any fault of a node are misses too; this
 *   also holds for the following.
 * - `sequence`: they go to the next node that is up in the order of the ring's own clients.
 * - `eject`: they go to the owner in the ring without the nodes that are down, as with clients that
 *   rebuild it; `sequence` where the clients of the ring do not.
 * - `gutter`: they go to the pool `gutter`.
 */
export type Failover = 'none' | 'miss' | 'sequence' | 'eject' | 'gutter';

/** How a pool is put together. */
export interface PoolOptions extends MetaDriverOptions {
  /** Which node owns which key. */
  readonly ring: Ring;
  /**
   * Makes the driver of one node; the pool closes it. Called once per address while it is in the ring.
   *
   * @default the meta driver, with the other options given here
   */
  readonly createDriver?: (node: RingNode) => MemcacheDriver;
  /** `throw` is `failover: 'none'` and `miss` is `failover: 'miss'`. @default 'throw' */
  readonly onNodeError?: 'throw' | 'miss';
  /** What becomes of calls on the keys of a node that is down. @default as `onNodeError` says */
  readonly failover?: Failover;
  /** The pool for `failover: 'gutter'`. You close it. */
  readonly gutter?: MemcachePool;
  /** The longest time to live of what is stored in place of a node that is down. @default 10 */
  readonly failoverTtlSeconds?: number;
  /**
   * What a node does before it serves again: `flush` drops all that it holds; `keep` deletes the keys that
   * this pool changed, or tried to delete, while the node was down, and what other processes changed stays.
   *
   * @default 'flush' when keys are served elsewhere meanwhile, else 'keep'
   */
  readonly onReturn?: 'flush' | 'keep';
  /** Keys remembered per node for `keep`; with more than that, the node is flushed. @default 10000 */
  readonly maxRemembered?: number;
  /**
   * Consecutive timeouts, at different moments, after which a node is down. Infinity leaves it to the driver,
   * which knows when it cannot connect.
   *
   * @default 3
   */
  readonly downAfterTimeouts?: number;
  /** Fills misses of `get` and `getMany` from the nodes of an earlier ring for a time. @default no earlier ring */
  readonly warmUp?: WarmUpOptions;
  /** Copies calls on some of the keys to another pool. @default none */
  readonly shadow?: ShadowOptions;
  /** Told of what an owner may have to act on. What it throws is an uncaught error. */
  readonly onEvent?: PoolListener;
}

/** Where misses are filled from. */
export interface WarmUpOptions extends WarmUpLimits {
  /** The ring that the nodes were filled under. */
  readonly from: Ring;
}

/** What a pool does with its nodes, defaults filled in. */
export interface PoolRules {
  readonly failover: Failover;
  /** True when keys are served elsewhere while their node is down. */
  readonly isDiverting: boolean;
  readonly failoverTtlSeconds: number;
  readonly onReturn: 'flush' | 'keep';
  readonly maxRemembered: number;
  readonly downAfterTimeouts: number;
}

/**
 * The rules with their defaults.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function resolvePoolRules(options: Omit<PoolOptions, 'ring'>): PoolRules {
  const { onNodeError = 'throw', gutter } = options;
  if (onNodeError !== 'throw' && onNodeError !== 'miss')
    throw new TypeError(`onNodeError must be 'throw' or 'miss', got ${String(onNodeError)}`);
  const { failover = onNodeError === 'miss' ? 'miss' : 'none' } = options;
  if (!['none', 'miss', 'sequence', 'eject', 'gutter'].includes(failover))
    throw new TypeError(`failover must be 'none', 'miss', 'sequence', 'eject' or 'gutter', got ${failover}`);
  if ((failover === 'gutter') !== (gutter !== undefined))
    throw new TypeError("failover: 'gutter' and the pool `gutter` go together");
  const isDiverting = failover !== 'none' && failover !== 'miss';
  const { onReturn = isDiverting ? 'flush' : 'keep' } = options;
  if (onReturn !== 'flush' && onReturn !== 'keep')
    throw new TypeError(`onReturn must be 'flush' or 'keep', got ${String(onReturn)}`);
  const { failoverTtlSeconds = 10, maxRemembered = 10_000, downAfterTimeouts = 3 } = options;
  checkPositive('failoverTtlSeconds', failoverTtlSeconds);
  if (!Number.isInteger(failoverTtlSeconds))
    throw new RangeError(`failoverTtlSeconds must be an integer, got ${failoverTtlSeconds}`);
  if (!(maxRemembered >= 0 && maxRemembered < Infinity))
    throw new RangeError(`maxRemembered must be 0 or more, got ${maxRemembered}`);
  if (!(downAfterTimeouts >= 1)) throw new RangeError(`downAfterTimeouts must be at least 1, got ${downAfterTimeouts}`);
  return { failover, isDiverting, failoverTtlSeconds, onReturn, maxRemembered, downAfterTimeouts };
}

/** Where the server of a ring node listens: a host that is an absolute path is a unix socket. */
export function addressOf(node: RingNode): NodeAddress {
  if (node.host.startsWith('/')) return { socketPath: node.host };
  return node.port === undefined ? { host: node.host } : { host: node.host, port: node.port };
}
