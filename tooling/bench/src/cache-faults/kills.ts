import { setTimeout as pause } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { changeAll, countStaleAfterRest, keysOf, warmUp } from './fleet.ts';
import type { Scenario } from './scenario.ts';

const extents = {
  quick: { keys: 400, overMs: 1500, quietMs: 1500 },
  thorough: { keys: 2000, overMs: 5000, quietMs: 6000 },
} as const;
const killEveryMs = 200;
const readsPerSecond = 500;

/** Redis drops every connection five times a second while all keys change once. */
export const killsScenario: Scenario = {
  name: 'dropped connections',
  columns: [
    {
      figure: 'stalePairs',
      title: (extent) => `stale of ${(extents[extent].keys * 4).toLocaleString('en-US')} after dropped connections`,
    },
  ],
  async run(fleet, extent) {
    const { keys: keyCount, overMs, quietMs } = extents[extent];
    const keys = keysOf(keyCount);
    await warmUp(fleet, keys);
    const changing = changeAll(fleet, keys, overMs);
    await Promise.all(fleet.nodes.map(({ calls }) => calls.startReading(keys, readsPerSecond)));
    await killWhile(fleet.redis.url, overMs);
    await changing;
    await Promise.all(fleet.nodes.map(({ calls }) => calls.stopReading()));
    return { stalePairs: await countStaleAfterRest(fleet, keys, quietMs) };
  },
};

async function killWhile(redisUrl: string, durationMs: number): Promise<void> {
  const client = new Redis(redisUrl);
  try {
    for (let passedMs = 0; passedMs < durationMs; passedMs += killEveryMs) {
      await pause(killEveryMs);
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    }
  } finally {
    client.disconnect();
  }
}
