import { type Clock, systemClock } from '@lockstep/core';
import type { InvalidationLog } from '@lockstep/invalidation';
import type { Locks } from '@lockstep/lock';

import { checkNumber } from '../check-number.ts';
import type { RefreshDefinition } from '../definition/refresh-definition.ts';
import type { OnStored } from '../load/announcer.ts';
import { guardErrors } from '../load/guard-errors.ts';
import { checkRegion } from '../load/origins.ts';
import type { RefreshQueue } from '../queue/refresh-queue.ts';
import type { EntryStore } from '../store/entry-store.ts';
import type { SourceSwitches } from '../worker/source-switches.ts';
import type { MemoryOptions } from './local-entries.ts';

/** What a gateway works with. You own all of it. */
export interface RefreshGatewayOptions {
  readonly store: EntryStore;
  readonly queue: Pick<RefreshQueue, 'enqueue' | 'drop'>;
  readonly definitions: readonly RefreshDefinition[];
  /** The same locks as those of the workers. Not needed with `loads: false`. */
  readonly locks?: Pick<Locks, 'tryAcquire'>;
  /** Whether it asks sources itself for what is missing; if not, it waits for a worker to do it. @default true */
  readonly loads?: boolean;
  /** Wakes those who wait for an entry that somebody else loads, and is told of what is stored here. @default none: they look again and again */
  readonly log?: InvalidationLog;
  /**
   * Remembers entries in this process for as long as they are fresh; needs `log`. Readers of a whole entry share one
   * object then, which nobody may change. @default none: every read is a read of the store
   */
  readonly memory?: MemoryOptions;
  /** The kill switches. @default none: all sources are on */
  readonly switches?: Pick<SourceSwitches, 'isOn'>;
  /** For how long, in ms, a read waits for an entry that another process loads. @default 5000 */
  readonly waitMs?: number;
  /**
   * What comes after `waitMs`: ERR_REFRESH_TIMEOUT, or one call of the source in this process beside the one that is
   * under way elsewhere. @default 'fail'
   */
  readonly whenLate?: 'fail' | 'load';
  /** A process asks the queue for a refresh of one key no more often than this, in ms. @default 1000 */
  readonly askEveryMs?: number;
  /** After so many ms without a sign of life of whoever loads a missing entry, somebody else does. @default 10_000 */
  readonly leaseMs?: number;
  /** So many calls of sources at once while the store or the locks are down. @default 8 */
  readonly maxDirectLoads?: number;
  /** For so long, in ms, a failed load of a missing entry is the answer to further reads of it. @default 1000 */
  readonly failureTtlMs?: number;
  /** The name of this region, for origins on the log. @default '' */
  readonly region?: string;
  /** Hears of what is stored, for other regions. */
  readonly onStored?: OnStored;
  /** A failure that no caller hears of. @default process.emitWarning */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

type Optional = 'locks' | 'log' | 'memory' | 'switches' | 'onStored';

/** Options with their defaults. */
export type CheckedGatewayOptions = Required<Omit<RefreshGatewayOptions, Optional>> & {
  readonly [K in Optional]: RefreshGatewayOptions[K] | undefined;
};

/** @throws TypeError or RangeError for what makes no sense. */
export function checkGatewayOptions(options: RefreshGatewayOptions): CheckedGatewayOptions {
  const { store, definitions, locks, loads = true, whenLate = 'fail', region = '' } = options;
  const { waitMs = 5000, askEveryMs = 1000, leaseMs = 10_000, maxDirectLoads = 8, failureTtlMs = 1000 } = options;
  if (whenLate !== 'fail' && whenLate !== 'load') throw new TypeError('whenLate must be fail or load');
  if (options.memory !== undefined && options.log === undefined) throw new TypeError('memory needs a log');
  if (loads && locks === undefined) throw new TypeError('locks are needed unless loads is false');
  for (const { name, shape, load } of definitions) {
    if (loads && load === undefined) throw new TypeError(`${name} has no load, and loads is not false`);
    if (!store.shapes.has(shape)) throw new TypeError(`${name} is a ${shape}, which the store cannot hold`);
  }
  checkNumber('waitMs', waitMs, { min: 0, max: 600_000 });
  checkNumber('askEveryMs', askEveryMs, { min: 1, max: 3_600_000 });
  checkNumber('leaseMs', leaseMs, { min: 50, max: 86_400_000, isInteger: true });
  checkNumber('maxDirectLoads', maxDirectLoads, { min: 0, isInteger: true });
  checkNumber('failureTtlMs', failureTtlMs, { min: 0, max: 3_600_000 });
  checkRegion(region);
  return {
    store,
    queue: options.queue,
    definitions,
    locks,
    loads,
    log: options.log,
    memory: options.memory,
    switches: options.switches,
    waitMs,
    whenLate,
    askEveryMs,
    leaseMs,
    maxDirectLoads,
    failureTtlMs,
    region,
    onStored: options.onStored,
    onError: guardErrors(options.onError),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
