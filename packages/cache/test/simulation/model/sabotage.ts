import type { Clock } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';

import type { SharedTier } from '../../../src/index.ts';
import type { SimMemcachedServerOptions } from '../memcached/sim-memcached-server.ts';
import type { SimRedisServerOptions } from '../redis/sim-redis-server.ts';
import type { Scenario } from './scenario.ts';

/** What a sabotage may know of the node it is done to. */
export interface SabotagedNode {
  readonly clock: Clock;
  isLoading(key: string): boolean;
}

/** A protection that is switched off around the code, to see that the simulation notices. */
export interface Sabotage {
  readonly name: string;
  /** What the scenario must be for it to matter. */
  readonly scenario?: Partial<Scenario>;
  readonly intercept?: SimRedisServerOptions['intercept'];
  /** Nobody learns that a connection to memcached was lost. */
  readonly hidesGeneration?: boolean;
  readonly interceptMemcached?: SimMemcachedServerOptions['intercept'];
  /** What each Redis process says it is. */
  readonly runId?: string;
  /** Stands between the log and the cache of a node. */
  readonly wrapLog?: (log: InvalidationLog, node: SabotagedNode) => InvalidationLog;
  /** Stands between the log and the relay. */
  readonly wrapRelayLog?: (log: InvalidationLog, relay: Pick<SabotagedNode, 'clock'>) => InvalidationLog;
  /** Stands between a node and its shared tier. */
  readonly wrapTier?: (tier: SharedTier) => SharedTier;
}

/** Everything as it is. */
export const noSabotage: Sabotage = { name: 'nothing' };
