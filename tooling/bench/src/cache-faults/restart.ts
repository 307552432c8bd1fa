import { setTimeout as pause } from 'node:timers/promises';

import { changeAll, countStaleAfterRest, keysOf, warmUp } from './fleet.ts';
import type { Scenario } from './scenario.ts';

const extents = {
  quick: { keys: 200, overMs: 2500, quietMs: 2000 },
  thorough: { keys: 1000, overMs: 6000, quietMs: 6000 },
} as const;
const downMs = 1000;
const readsPerSecond = 200;

/** The Redis of the cache crashes and comes back empty while all keys change once. */
export const restartScenario: Scenario = {
  name: 'Redis restarts empty',
  columns: [
    {
      figure: 'stalePairs',
      title: (extent) => `stale of ${(extents[extent].keys * 4).toLocaleString('en-US')} after an empty restart`,
    },
  ],
  async run(fleet, extent) {
    const { keys: keyCount, overMs, quietMs } = extents[extent];
    const keys = keysOf(keyCount);
    await warmUp(fleet, keys);
    await Promise.all(fleet.nodes.map(({ calls }) => calls.startReading(keys, readsPerSecond)));
    const changing = changeAll(fleet, keys, overMs);
    await pause((overMs - downMs) / 2);
    await fleet.redis.kill();
    await pause(downMs);
    await fleet.redis.restart({ keepData: false });
    await changing;
    await Promise.all(fleet.nodes.map(({ calls }) => calls.stopReading()));
    return { stalePairs: await countStaleAfterRest(fleet, keys, quietMs) };
  },
};
