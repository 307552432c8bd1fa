import { setTimeout as pause } from 'node:timers/promises';

import { machineNow } from '../invalidation/sent-key.ts';
import { seededRandom } from './seeded-random.ts';
import { changeAll, type Fleet, keysOf, staleKeys, warmUp } from './fleet.ts';
import type { PlannedStep } from './fleet-messages.ts';
import type { Extent, Scenario } from './scenario.ts';

const trials = { quick: 400, thorough: 4000 } as const;
/** From the start of one trial to that of the next: about five of them run at a time. */
const spacingMs = 6;
const readWithinMs = 10;
const loadWithinMs = 20;
const changeWithinMs = 20;
const headStartMs = 300;
const quietMs = 1000;
/** Read and changed before, so that code and connections are warm. */
const rehearsals = 100;

/**
 * Nothing fails here. In each trial every process reads a key that nobody has read, with a loader that takes up to
 * 20 ms, and one of them changes it within the same 20 ms.
 */
export const raceScenario: Scenario = {
  name: 'race of loads and an invalidation',
  columns: [
    { figure: 'staleKeys', title: (extent) => `stale keys of ${count(extent)}` },
    { figure: 'loads', title: () => 'loader calls' },
  ],
  async run(fleet, extent) {
    await rehearse(fleet);
    const random = seededRandom(6);
    const keys = keysOf(trials[extent]);
    const plans: PlannedStep[][] = fleet.nodes.map(() => []);
    for (const [index, key] of keys.entries()) {
      const startMs = index * spacingMs;
      for (const plan of plans) {
        plan.push({ key, afterMs: startMs + random() * readWithinMs, loadMs: random() * loadWithinMs });
      }
      const changing = plans[Math.floor(random() * plans.length)]!;
      changing.push({ key, afterMs: startMs + random() * changeWithinMs, loadMs: undefined });
    }
    const startAt = machineNow() + headStartMs;
    await Promise.all(fleet.nodes.map(({ calls }, index) => calls.play(plans[index]!, startAt)));
    const loads = await Promise.all(fleet.nodes.map(({ calls }) => calls.takeLoads()));
    await pause(quietMs);
    const stale = new Set(await staleKeys(fleet.database, fleet.nodes, keys));
    return { staleKeys: stale.size, loads: loads.reduce((sum, one) => sum + one, 0) };
  },
};

async function rehearse(fleet: Fleet): Promise<void> {
  const keys = keysOf(rehearsals, 'rehearsal');
  await warmUp(fleet, keys);
  await changeAll(fleet, keys, rehearsals);
  await warmUp(fleet, keys);
  for (const { calls } of fleet.nodes) await calls.takeLoads();
}

function count(extent: Extent): string {
  return trials[extent].toLocaleString('en-US');
}
