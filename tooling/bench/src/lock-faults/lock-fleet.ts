import { type FaultProxy, startFaultProxy } from '@lockstep/testing';

import type { Effect, History } from './history.ts';
import { findLibrary } from './libraries.ts';
import { nemesisKey } from './nemesis-key.ts';
import { type LockWorker, startLockWorker } from './lock-worker.ts';
import { type Primary, startPrimary } from './primary.ts';

/** Five processes that work under one lock, each with its own way to Redis. */
export interface LockFleet extends AsyncDisposable {
  readonly primary: Primary;
  readonly members: readonly FleetMember[];
  readonly history: History;
  /** Whoever had the last effect. */
  lastAtWork(): FleetMember | undefined;
  /** For how long the lock is still taken, in ms, unless it is renewed; 0 where it is free. */
  leaseRestMs(): Promise<number>;
}

/** One place in the fleet; the process in it may be another one after a kill. */
export interface FleetMember {
  readonly link: FaultProxy;
  readonly worker: LockWorker;
  /** Kills the process and starts the next. */
  replace(): Promise<void>;
}

/** How long a lock stays with a holder that is not heard of. */
export const ttlMs = 1500;
const everyMs = 10;
const workers = 5;

/** Starts a fleet that locks with one library; each works for so long before it lets others have the lock. */
export async function startLockFleet(library: string, sectionMs: number): Promise<LockFleet> {
  const opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(one: T): T => {
    opened.push(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
  };
  const effects: Effect[] = [];
  const unheard: string[] = [];
  const members: FleetMember[] = [];

  async function join(index: number, primary: Primary): Promise<FleetMember> {
    const link = keep(await startFaultProxy({ to: primary }));
    const start = (): Promise<LockWorker> =>
      startLockWorker({ library, redisUrl: `redis://${link.address}`, ttlMs, sectionMs, everyMs }, (event) => {
        if (event.kind === 'effect') effects.push({ worker: index, ...event });
        if (event.kind === 'unheard') unheard.push(event.message);
      });
    let worker = await start();
    keep({ [Symbol.asyncDispose]: () => worker.kill() });
    return {
      link,
      get worker() {
        return worker;
      },
      async replace() {
        await worker.kill();
        worker = await start();
      },
    };
  }

  try {
    const primary = keep(await startPrimary({ hasReplica: (findLibrary(library).replicas ?? 0) > 0 }));
    members.push(...(await Promise.all(Array.from({ length: workers }, (_, index) => join(index, primary)))));
    return {
      primary,
      members,
      history: { effects, unheard },
      lastAtWork: () => members[effects.at(-1)?.worker ?? -1],
      leaseRestMs: () => primary.restMs(findLibrary(library).nameInRedis(nemesisKey)),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
