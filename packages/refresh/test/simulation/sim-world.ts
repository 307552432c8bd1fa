import { createMemoryLog, type InvalidationLog } from '@lockstep/invalidation';
import { createLocks, createMemoryLockDriver, createMemoryLockSpace } from '@lockstep/lock';

import {
  createMemoryStore,
  createRefreshGateway,
  createRefreshWorker,
  defineRefresh,
  type RefreshDefinition,
  type RefreshGateway,
  type RefreshQueue,
  type RefreshWorker,
} from '../../src/index.ts';
import { createMemoryQueue } from '../../src/queue/memory/memory-queue.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createOracle, type Oracle, type SimElement } from './oracle.ts';
import { driverOverLink, logOverLink, queueOverLink, storeOverLink } from './over-link.ts';
import type { Sabotage } from './sabotages.ts';
import { createSimLink, type SimLink } from './sim-link.ts';

/** One process: a gateway and a worker. */
export interface SimProcess {
  readonly link: SimLink;
  readonly gateway: RefreshGateway;
  readonly worker: RefreshWorker;
}

/** Processes on virtual time that share a store, locks, a queue, a log and a source. */
export interface SimWorld {
  readonly clock: ManualClock;
  readonly oracle: Oracle;
  readonly queue: RefreshQueue;
  readonly log: InvalidationLog;
  /** What the source has now. */
  readonly versions: Map<string, number>;
  readonly errors: Error[];
  /** How often the machine has slept. */
  sleeps: number;
  start(): SimProcess;
}

export const TTL_MS = 4000;
/** For how long an entry is there after its load. */
export const KEPT_MS = 3 * TTL_MS;
const REFRESH_BELOW_MS = 1000;
const LEASE_MS = 2000;
/** How long the source takes at most. */
const SOURCE_MS = 400;

/** Makes one. */
export function createSimWorld(seed: number, sabotage: Sabotage = {}): SimWorld {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const clock = createManualClock();
  const space = createMemoryLockSpace({ clock, schedule: queueMicrotask });
  const truth = createMemoryStore({ clock });
  const oracle = createOracle(sabotage.store?.(truth) ?? truth, clock, REFRESH_BELOW_MS);
  const queue = createMemoryQueue({ clock, random, attempts: 20 });
  const log = createMemoryLog();
  const versions = new Map<string, number>();
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);

  function define(link: SimLink): RefreshDefinition {
    const pause = (): Promise<void> =>
      new Promise((resolve) => void link.clock.setTimer(resolve, (random() * SOURCE_MS) / 2));
    return defineRefresh<SimElement>('s', {
      shape: 'hash',
      primaryKey: 'id',
      ttlMs: TTL_MS,
      refreshBelowMs: REFRESH_BELOW_MS,
      staleForMs: KEPT_MS - TTL_MS,
      settleMs: 50,
      loadTimeoutMs: 5000,
      async load({ key, token, signal }) {
        const call = oracle.beginCall(key, token, link);
        signal.addEventListener('abort', () => (call.isOver = true), { once: true });
        try {
          await pause();
          const version = versions.get(key) ?? 0;
          await pause();
          const load = call.number;
          return { data: ['a', 'b'].map((id) => ({ id, load, version })) };
        } finally {
          call.isOver = true;
        }
      },
    });
  }

  return {
    clock,
    oracle,
    queue,
    log,
    versions,
    errors,
    sleeps: 0,
    start() {
      const link = createSimLink(clock, random);
      const driver = driverOverLink(createMemoryLockDriver({ space, random }), link);
      const locks = createLocks({ driver, clock: link.clock, random, onError });
      const shared = {
        store: storeOverLink(oracle.store, link),
        queue: queueOverLink(queue, link, clock),
        locks: sabotage.locks?.(locks) ?? locks,
        log: logOverLink(log, link),
        definitions: [define(link)],
        leaseMs: LEASE_MS,
        clock: link.clock,
        random,
        onError,
      };
      const gateway = createRefreshGateway({ ...shared, waitMs: 10_000 });
      const worker = createRefreshWorker({ ...shared, electionMs: 2000 });
      worker.start();
      return { link, gateway, worker };
    },
  };
}
