import { afterAll, beforeAll, expect, it } from 'vitest';

import { HookLog } from './hook-log.ts';
import { type Fault, plantedFaults, type Replacements, replaceCalls } from './planted-faults.ts';
import { seededRandom } from './seeded-random.ts';
import { type SoakRig, startSoakRig } from './soak-rig.ts';
import { Workload } from './workload.ts';

/** How long a fault may take to show on a machine that has other things to do. */
const seeMs = 60_000;

/** A proxy in which a fault can be put. */
interface PlantedRig {
  readonly rig: SoakRig;
  readonly hook: HookLog;
  plant: (fault: Fault | undefined) => void;
}

async function startPlanted(isHooked: boolean): Promise<PlantedRig> {
  const hook = new HookLog(seededRandom(1), isHooked);
  hook.isMoody = false;
  let calls: Replacements = {};
  let plant: PlantedRig['plant'] = () => {};
  const rig = await startSoakRig({
    hook,
    plant: (backend) => {
      // Where the fault is in the usual way, nobody takes the short one.
      plant = (fault) => (calls = fault === undefined ? {} : { direct: undefined, ...fault(backend) });
      return replaceCalls(backend, () => calls);
    },
  });
  return { rig, hook, plant };
}

let hooked: PlantedRig;
/** Without a hook, so that stores go the direct way. */
let hookless: PlantedRig;
beforeAll(async () => {
  [hooked, hookless] = await Promise.all([startPlanted(true), startPlanted(false)]);
});
afterAll(() => Promise.all([hooked, hookless].map(({ rig }) => rig[Symbol.asyncDispose]())));

it.each([
  ['with a hook', true],
  ['without one', false],
])('the soak has nothing to say of a proxy without a fault, %s', async (_, isHooked) => {
  const { rig, hook } = isHooked ? hooked : hookless;
  const workload = new Workload({ rig, hook, seed: 7, name: 'well' });
  workload.start();
  await expect.poll(() => workload.history.operations).toBeGreaterThan(1000);
  await workload.stop();
  expect([...workload.history.lies, ...hook.lies]).toEqual([]);
});

it.each(Object.keys(plantedFaults))('the soak sees that %s', { timeout: seeMs + 30_000 }, async (name) => {
  const { fault, lie, isDirect = false } = plantedFaults[name]!;
  const { rig, hook, plant } = isDirect ? hookless : hooked;
  const workload = new Workload({ rig, hook, seed: 7, name: name.replaceAll(/\W/g, '-'), settleMs: 500 });
  plant(fault);
  workload.start();
  try {
    await expect.poll(() => workload.history.lies.some((text) => lie.test(text)), { timeout: seeMs }).toBe(true);
  } finally {
    plant(undefined);
    await workload.stop();
  }
});
