import type { Clock } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';

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
  /** What each Redis process says it is. */
  readonly runId?: string;
  /** Stands between the log and the cache of a node. */
  readonly wrapLog?: (log: InvalidationLog, node: SabotagedNode) => InvalidationLog;
}

/** Everything as it is. */
export const noSabotage: Sabotage = { name: 'nothing' };
