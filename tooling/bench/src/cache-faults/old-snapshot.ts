import { setTimeout as pause } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { changeAll, keysOf, staleKeys, warmUp } from './fleet.ts';
import type { Scenario } from './scenario.ts';

const quietMs = { quick: 2000, thorough: 5000 } as const;
const keyCount = 200;
const changeOverMs = 500;
const settleMs = 1000;

/** The Redis of the cache comes back as it was before the keys changed; so does one after a failover to a replica that lagged. */
export const oldSnapshotScenario: Scenario = {
  name: 'Redis restarts from an old snapshot',
  columns: [{ figure: 'stalePairs', title: () => 'stale of 1,000 after an old snapshot, a new process included' }],
  async run(fleet, extent) {
    const keys = keysOf(keyCount);
    await warmUp(fleet, keys);
    await saveSnapshot(fleet.redis.url);
    await changeAll(fleet, keys, changeOverMs);
    await pause(settleMs);
    await fleet.redis.kill();
    await fleet.redis.restart();
    await pause(quietMs[extent]);
    const newcomer = await fleet.join();
    return { stalePairs: (await staleKeys(fleet.database, [...fleet.nodes, newcomer], keys)).length };
  },
};

async function saveSnapshot(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl);
  await client.save();
  client.disconnect();
}
