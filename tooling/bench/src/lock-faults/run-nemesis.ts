import { setTimeout as pause } from 'node:timers/promises';

import { describeError } from '@lockstep/core';

import { machineNow } from '../invalidation/sent-key.ts';
import { checkHistory, type Findings } from './check-history.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { FleetMember, LockFleet } from './lock-fleet.ts';
import { type Span, workingTime, type WorkingTime } from './working-time.ts';

/** What a nemesis did, and what it found. */
export interface NemesisOutcome extends Findings, WorkingTime {
  /** Faults that hit somebody. */
  readonly faults: number;
  /** Rejections that nobody had been given. */
  readonly unheard: number;
  /** From the end of all faults until somebody works again, in ms. */
  readonly recoveryMs: number;
}

/** A worker does something every ten ms, where it is let. */
const pace = { handOffMs: 20, stallMs: 250 } as const;
/** A fleet that does nothing for so long after all is well again has stopped for good. */
const recoveryBoundMs = 20_000;

/**
 * Lets the faults of a plan happen to a fleet, waits until all is well again, and looks at what was done. Two faults never
 * hit the same process or the same Redis at a time.
 *
 * @throws Error when a fault could not be made: then nothing was shown.
 */
export async function runNemesis(fleet: LockFleet, plan: readonly PlannedFault[]): Promise<NemesisOutcome> {
  const { effects, unheard } = fleet.history;
  await untilWork(fleet, 0, recoveryBoundMs);
  const from = machineNow();
  const busy = new Set<unknown>();
  const failures: unknown[] = [];
  const owed: Promise<Span>[] = [];
  const underWay: Promise<void>[] = [];
  let faults = 0;
  for (const fault of plan) {
    await pause(fault.afterMs);
    const target = chooseTarget(fleet, fault, busy);
    if (target === undefined) continue;
    faults += 1;
    busy.add(target);
    if (target === fleet.lastAtWork() && idling.has(fault.kind)) owed.push(owedBy(fleet, fault));
    underWay.push(
      makeHappen(fleet, fault, target)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => busy.delete(target)),
    );
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw new Error(`a fault could not be made: ${describeError(failures[0])}`);
  const to = machineNow();
  const recoveryMs = await untilWork(fleet, to, recoveryBoundMs);
  return {
    ...checkHistory(effects),
    faults,
    unheard: unheard.length,
    ...workingTime(effects, { from, to }, pace, await Promise.all(owed)),
    recoveryMs,
  };
}

/** How long it took until somebody worked. */
async function untilWork({ history }: LockFleet, after: number, boundMs: number): Promise<number> {
  const startedAt = machineNow();
  while (!history.effects.some(({ at }) => at > after)) {
    if (machineNow() - startedAt > boundMs) return boundMs;
    await pause(10);
  }
  return machineNow() - startedAt;
}

/** What keeps a holder from working under the lease that it has, or from giving it back. */
const idling: ReadonlySet<PlannedFault['kind']> = new Set(['stop', 'block', 'silence', 'kill']);

/** For how long the lock belongs to a holder that is hit now and does nothing with it. */
async function owedBy(fleet: LockFleet, { kind, lastsMs }: PlannedFault): Promise<Span> {
  const from = machineNow();
  const restMs = await fleet.leaseRestMs();
  return { from, to: from + (kind === 'kill' ? restMs : Math.min(restMs, lastsMs)) };
}

type Target = FleetMember | 'redis';

const ofMembers: ReadonlySet<PlannedFault['kind']> = new Set(['stop', 'block', 'silence', 'cut', 'kill']);
/** So many processes are always left alone. */
const spared = 2;

function chooseTarget(fleet: LockFleet, fault: PlannedFault, busy: ReadonlySet<unknown>): Target | undefined {
  if (!ofMembers.has(fault.kind)) return busy.has('redis') ? undefined : 'redis';
  const well = fleet.members.filter((member) => !busy.has(member));
  if (well.length <= spared) return undefined;
  const atWork = fault.isAimed ? fleet.lastAtWork() : undefined;
  return atWork !== undefined && well.includes(atWork) ? atWork : well[Math.floor(fault.pick * well.length)];
}

async function makeHappen({ primary }: LockFleet, { kind, lastsMs }: PlannedFault, target: Target): Promise<void> {
  if (target !== 'redis') return hitMember(target, kind, lastsMs);
  if (kind === 'freeze') return primary.freeze(lastsMs);
  if (kind === 'flush-scripts') return primary.flushScripts();
  if (kind === 'kill-listeners') return primary.killListeners();
  if (kind === 'lose') return primary.lose();
  if (kind === 'evict') return primary.evict(lastsMs / 4);
  return primary.promote();
}

async function hitMember(member: FleetMember, kind: PlannedFault['kind'], lastsMs: number): Promise<void> {
  if (kind === 'stop') {
    member.worker.stop();
    await pause(lastsMs);
    member.worker.goOn();
  } else if (kind === 'block') {
    member.worker.block(lastsMs);
    await pause(lastsMs);
  } else if (kind === 'silence') {
    member.link.halfOpen();
    await pause(lastsMs);
    await member.link.heal();
  } else if (kind === 'cut') {
    member.link.cut();
  } else {
    await member.replace();
  }
}
