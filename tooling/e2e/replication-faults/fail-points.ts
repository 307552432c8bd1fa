import { setTimeout as wait } from 'node:timers/promises';

import type { AppProcess } from './app-process.ts';
import type { FailPoint } from './design.ts';
import { costsOfZombie, type Fault, startAgain, zombieMs } from './fault.ts';

/** How long it is waited for a process to come to the place. */
const reachMs = 1500;
const lookMs = 10;

/** A process of a role ends at a place in its code or, by turns, is frozen there and comes back later. */
export function failPointFault({ role, command, when }: FailPoint, index: number): Fault {
  return {
    name: `a ${role} struck ${when} ${command}`,
    costs: [],
    async run({ region, chance, ms, turn, note, explain }) {
      const apps = region.apps[role];
      const isFreeze = (index + turn) % 2 === 1;
      const frozenMs = chance.pick([ms, zombieMs]);
      const point = `${when}:${command}:${1 + Math.floor(chance.between(0, 4))}${isFreeze ? ':freeze' : ''}`;
      // One that has just been started takes up what another left.
      const fresh = chance.pick([undefined, chance.pick(apps)]);
      await fresh?.kill();
      fresh?.start({ LOCKSTEP_TEST_FAIL_POINT: point });
      // Which of several takes part in what comes next is not known.
      const others = apps.filter((app) => app !== fresh);
      await Promise.all(others.map((app) => app.afflict({ failPoint: point })));
      const isHit = await reaches(apps, isFreeze);
      if (!isHit) note(`${point} was not reached`);
      else note(isFreeze ? `at ${point} for ${Math.round(frozenMs)} ms` : `at ${point}`);
      // The others go on, and take over from it. Who is frozen hears of it when he is back.
      const released = Promise.all(apps.map((app) => app.afflict({})));
      if (isHit && isFreeze) {
        if (frozenMs === zombieMs && role !== 'proxy') for (const cost of costsOfZombie) explain(cost);
        await wait(frozenMs);
      }
      await thawUntil(released, apps);
      await Promise.all(apps.map((app) => startAgain(app)));
    },
  };
}

/** One that had not heard of it yet may come to the place at any moment until it has. */
async function thawUntil(released: Promise<unknown>, apps: readonly AppProcess[]): Promise<void> {
  const isReleased = released.then(() => true);
  do for (const app of apps) app.thaw();
  while (!(await Promise.race([isReleased, wait(lookMs).then(() => false)])));
}

/** Whether one of them ends, or stands still, in time. */
async function reaches(apps: readonly AppProcess[], isFreeze: boolean): Promise<boolean> {
  let giveUpAt = Infinity;
  // One that ends, or stands still, before it is ready has come there.
  void Promise.allSettled(apps.map((app) => app.ready())).then(() => (giveUpAt = performance.now() + reachMs));
  for (;;) {
    const hits = await Promise.all(apps.map(async (app) => (isFreeze ? app.isFrozen() : !app.isRunning)));
    if (hits.includes(true)) return true;
    if (performance.now() > giveUpAt) return false;
    await wait(lookMs);
  }
}
