import { processorMicroseconds } from '../harness/processor-time.ts';
import { keysOf, warmUp } from './fleet.ts';
import type { Scenario } from './scenario.ts';

const keyCounts = { quick: 500, thorough: 5000 } as const;
const ratePerSecond = 1000;

/** One process invalidates keys that all four hold. */
export const invalidationCostScenario: Scenario = {
  name: 'cost of an invalidation',
  columns: [{ figure: 'redisMicros', title: () => 'µs CPU of Redis per invalidation' }],
  async run(fleet, extent) {
    const keys = keysOf(keyCounts[extent]);
    await warmUp(fleet, keys);
    const before = await processorMicroseconds(fleet.redis.pid);
    await fleet.nodes[0]!.calls.invalidate(keys, ratePerSecond);
    const spent = (await processorMicroseconds(fleet.redis.pid)) - before;
    return { redisMicros: spent / keys.length };
  },
};
