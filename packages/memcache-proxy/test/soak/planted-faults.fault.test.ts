import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Backend } from '../../src/index.ts';
import { HookLog } from './hook-log.ts';
import { type Fault, plantedFaults, replaceCalls } from './planted-faults.ts';
import { seededRandom } from './seeded-random.ts';
import { type SoakRig, startSoakRig } from './soak-rig.ts';
import { Workload } from './workload.ts';

const hook = new HookLog(seededRandom(1));
let rig: SoakRig;
let plant: (fault: Fault | undefined) => void;

beforeAll(async () => {
  hook.isMoody = false;
  rig = await startSoakRig({
    hook,
    plant: (backend) => {
      let calls: Partial<Backend> = {};
      plant = (fault) => (calls = fault?.(backend) ?? {});
      return replaceCalls(backend, () => calls);
    },
  });
});

afterAll(async () => rig[Symbol.asyncDispose]());

it('the soak has nothing to say of a proxy without a fault', async () => {
  const workload = new Workload({ rig, hook, seed: 7, name: 'well' });
  workload.start();
  await expect.poll(() => workload.history.operations).toBeGreaterThan(1000);
  await workload.stop();
  expect([...workload.history.lies, ...hook.lies]).toEqual([]);
});

it.each(Object.keys(plantedFaults))('the soak sees that %s', async (name) => {
  const { fault, lie } = plantedFaults[name]!;
  const workload = new Workload({ rig, hook, seed: 7, name: name.replaceAll(/\W/g, '-'), settleMs: 500 });
  plant(fault);
  workload.start();
  try {
    await expect.poll(() => workload.history.lies.some((text) => lie.test(text))).toBe(true);
  } finally {
    plant(undefined);
    await workload.stop();
  }
});
