import { toError } from '@lockstep/core';
import type { Leadership, Lease } from '@lockstep/lock';

import type { DefinitionTable, KnownKey } from '../definition/definition-table.ts';
import type { Announcer } from '../load/announcer.ts';
import { checkSwitch } from '../load/check-switch.ts';
import type { LoadSlots } from '../load/load-slots.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import { settle } from '../load/settle.ts';
import type { RefreshReason, RefreshTask, TaskContext, TaskOutcome } from '../queue/refresh-queue.ts';
import { RefreshError } from '../refresh-error.ts';
import { isEnough } from './is-enough.ts';
import type { Leaderships } from './leaderships.ts';
import type { LogListener } from './log-listener.ts';
import type { PassOn } from './pass-on.ts';
import type { CheckedWorkerOptions } from './worker-options.ts';
import type { WorkerCounters } from './worker-stats.ts';

/** What tasks are worked on with. */
export interface TaskWorks {
  readonly options: CheckedWorkerOptions;
  readonly definitions: DefinitionTable;
  readonly counters: WorkerCounters;
  readonly announcer: Announcer;
  readonly leaderships: Leaderships;
  readonly passOn: PassOn;
  readonly listener: Pick<LogListener, 'hasHeardSince'>;
  readonly slotsOf: (source: string) => LoadSlots;
}

/** Does what a task asks for. */
export type RunTask = (task: RefreshTask, context: TaskContext) => Promise<TaskOutcome>;

/** So often is loaded anew at once what was invalidated while it was loaded. */
const MAX_LOADS = 4;
/** A task that was taken over from a dead worker comes back well within this, after what that one stored. */
const TELL_AGAIN_MS = 60_000;
/** Whoever waits for a dead one's lease has it this much after its end at the latest. */
const BEYOND_LEASE_MS = 1000;
/** Between an invalidation being heard and the load that it brings about; generous, as entries are expired in turn. */
const ACTED_ON_MS = 10_000;

/** Makes it. */
export function createTaskRunner(works: TaskWorks): RunTask {
  const { options, definitions, counters, announcer, leaderships, passOn, listener, slotsOf } = works;
  const { store, queue, locks, clock, leaseMs, switches, onError } = options;

  async function run(task: RefreshTask, context: TaskContext): Promise<TaskOutcome> {
    const target = definitions.find(task.key);
    const { definition } = target;
    const { name } = definition;
    if (!definition.enabled || (await switches?.isOn(name)) === false) return 'disabled';
    const leadership = definition.single ? leaderships.of(name) : undefined;
    if (definition.single && leadership === undefined) {
      passOn.give(task);
      return 'busy';
    }
    for (let loads = 0; loads < MAX_LOADS; loads++) {
      const outcome = await refresh(task, target, leadership, context);
      // Nobody asks for these two again: they come back with the back-off of the queue.
      if (outcome === 'busy' && (task.reason === 'manual' || task.reason === 'scheduled')) {
        throw new RefreshError('ERR_REFRESH_BUSY', `an entry of ${name} is being loaded by another`, { source: name });
      }
      // It may be that another process leads by now and has not heard of this task.
      if (outcome === 'busy' && definition.single) passOn.give(task);
      if (outcome !== 'superseded') return outcome;
      counters.superseded++;
    }
    throw new RefreshError('ERR_REFRESH_BUSY', `${name} is invalidated faster than it is loaded`, { source: name });
  }

  async function refresh(
    task: RefreshTask,
    target: KnownKey,
    leadership: Leadership | undefined,
    context: TaskContext,
  ): Promise<TaskOutcome | 'superseded'> {
    const { signal } = context;
    const begunAt = clock.monotonic();
    // Before the lock: a lease must not be held while its load waits for others.
    const giveBack = await slotsOf(target.definition.name).take(signal);
    try {
      await using lease = await acquire(target, signal);
      if (lease === undefined) return 'busy';
      const result = await load(task, target, lease, leadership, signal);
      giveBack();
      return await conclude(task, target, { lease, leadership, begunAt }, result, context);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_REFRESH_DISABLED') return 'disabled';
      throw error;
    } finally {
      giveBack();
    }
  }

  async function acquire({ key }: KnownKey, signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await locks.acquire(`refresh:${key}`, { ttlMs: leaseMs, waitMs: leaseMs + BEYOND_LEASE_MS, signal });
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_LOCK_TIMEOUT') return undefined;
      throw error;
    }
  }

  async function load(
    task: RefreshTask,
    target: KnownKey,
    lease: Lease,
    leadership: Leadership | undefined,
    signal: AbortSignal,
  ): Promise<LoadResult> {
    const { refreshBelowMs } = target.definition;
    let isCalled = false;
    let isLed = true;
    try {
      return await runLoad({
        target,
        store,
        clock,
        lease,
        by: 'worker',
        isEnough: (present) => isEnough(task, present, { refreshBelowMs, now: clock.now() }),
        beforeCall: async () => {
          // It may have been switched off while the lock or a slot was waited for.
          await checkSwitch(target.definition, switches);
          // Nor does the store refuse it before there is another leader.
          isLed = leadership?.isLeader() ?? true;
          leadership?.assertHeld();
          isCalled = true;
          counters.loads++;
        },
        leader: leadership?.token,
        signal,
      });
    } catch (error) {
      if (!isLed) return { kind: 'outrun' };
      if (isCalled) counters.loadsFailed++;
      throw error;
    }
  }

  async function conclude(
    { reason: askedFor }: RefreshTask,
    target: KnownKey,
    { lease, leadership, begunAt }: Holding,
    result: LoadResult,
    { signal, isRepeated }: TaskContext,
  ): Promise<TaskOutcome | 'superseded'> {
    const { key, definition } = target;
    const { token: ticket } = lease;
    if (result.kind === 'superseded') {
      // Without the lease it was no invalidation, but somebody who took over: whether that is so the queue knows.
      lease.assertHeld();
      leadership?.assertHeld();
      return 'superseded';
    }
    if (result.kind === 'outrun') {
      counters.outrun++;
      return 'busy';
    }
    if (result.kind === 'enough') {
      // Whoever had the task before may have died between storing and telling: to forget a copy too many is harmless.
      if (isRepeated && result.present.ageMs < TELL_AGAIN_MS) await announcer.tellAgain(key, signal);
      return 'fresh';
    }
    // Who reads what an invalidation has expired asks for a load, too, and may be the first to.
    const isAnswer = isOwnIdea(askedFor) && listener.hasHeardSince(key, begunAt - ACTED_ON_MS);
    const reason = isAnswer ? 'invalidated' : askedFor;
    const kind = result.kind === 'unchanged' ? 'prolonged' : 'replaced';
    // Also where it is not known to be stored: to forget a copy too many is harmless.
    await announcer.tell({ key, source: definition.name, kind, reason, ticket }, signal);
    if (result.kind === 'unstored') throw result.error;
    try {
      if (await settle({ target, store, queue, clock, signal })) counters.dropped++;
    } catch (error) {
      // The task that was not dropped finds a fresh entry.
      if (!signal.aborted) onError(toError(error));
    }
    return result.kind === 'unchanged' ? 'unchanged' : 'refreshed';
  }

  return run;
}

/** What a task is carried out under. */
interface Holding {
  readonly lease: Lease;
  readonly leadership: Leadership | undefined;
  /** By the monotonic clock. */
  readonly begunAt: number;
}

/** Whether it comes from a look at what is stored; the others somebody has asked for, once each. */
function isOwnIdea(reason: RefreshReason): boolean {
  return reason !== 'manual' && reason !== 'scheduled';
}
