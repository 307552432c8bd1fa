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
import type { SourceSwitches } from './source-switches.ts';

/** What a worker works with. You own all of it. */
export interface RefreshWorkerOptions {
  readonly store: EntryStore;
  readonly queue: Pick<RefreshQueue, 'consume' | 'drop' | 'enqueue'>;
  /** The same as those of other workers and of gateways. */
  readonly locks: Pick<Locks, 'acquire' | 'elect'>;
  readonly definitions: readonly RefreshDefinition[];
  /** The kill switches. @default none: all sources are on */
  readonly switches?: Pick<SourceSwitches, 'isOn'>;
  /** Is told of what is stored; and what somebody else invalidates on it is loaded anew. @default none */
  readonly log?: InvalidationLog;
  /** The name of this region, for origins on the log. @default '' */
  readonly region?: string;
  /** Hears of what is stored, for other regions. */
  readonly onStored?: OnStored;
  /** How many tasks this process works on at once. @default 8 */
  readonly concurrency?: number;
  /** A worker that dies or stands still is replaced within this, in ms. @default 10_000 */
  readonly leaseMs?: number;
  /** The same of the leader of a `single` source, and of whoever hears the log for all. @default 6000 */
  readonly electionMs?: number;
  /** A failure that no caller hears of. @default process.emitWarning */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

type Optional = 'log' | 'switches' | 'onStored';

/** Options with their defaults. */
export type CheckedWorkerOptions = Required<Omit<RefreshWorkerOptions, Optional>> & {
  readonly [K in Optional]: RefreshWorkerOptions[K] | undefined;
};

/** @throws TypeError or RangeError for what makes no sense. */
export function checkWorkerOptions(options: RefreshWorkerOptions): CheckedWorkerOptions {
  const { store, queue, locks, definitions, region = '' } = options;
  const { concurrency = 8, leaseMs = 10_000, electionMs = 6000 } = options;
  for (const { name, shape, load } of definitions) {
    if (load === undefined) throw new TypeError(`${name} has no load`);
    if (!store.shapes.has(shape)) throw new TypeError(`${name} is a ${shape}, which the store cannot hold`);
  }
  checkNumber('concurrency', concurrency, { min: 1, isInteger: true });
  checkNumber('leaseMs', leaseMs, { min: 50, max: 86_400_000, isInteger: true });
  checkNumber('electionMs', electionMs, { min: 50, max: 86_400_000, isInteger: true });
  checkRegion(region);
  return {
    store,
    queue,
    locks,
    definitions,
    switches: options.switches,
    log: options.log,
    region,
    onStored: options.onStored,
    concurrency,
    leaseMs,
    electionMs,
    onError: guardErrors(options.onError),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
