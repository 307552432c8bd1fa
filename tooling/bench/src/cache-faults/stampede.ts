import { keysOf } from './fleet.ts';
import type { Scenario } from './scenario.ts';

const keyCounts = { quick: 3, thorough: 20 } as const;
const getsPerNode = 250;
const loadMs = 50;

/** A thousand readers in four processes want a key that nobody has. */
export const stampedeScenario: Scenario = {
  name: 'stampede',
  columns: [{ figure: 'loads', title: () => 'loader calls for 1,000 gets of a cold key' }],
  async run(fleet, extent) {
    const keys = keysOf(keyCounts[extent]);
    for (const key of keys) await Promise.all(fleet.nodes.map(({ calls }) => calls.crowd(key, getsPerNode, loadMs)));
    const loads = await Promise.all(fleet.nodes.map(({ calls }) => calls.takeLoads()));
    return { loads: loads.reduce((sum, one) => sum + one, 0) / keys.length };
  },
};
