import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { createRedisStore } from '../../src/store/redis/redis-store.ts';
import { createManualClock } from '../manual-clock.ts';
import { type RealStore, storeCommands } from './model/store-commands.ts';
import { StoreModel } from './model/store-model.ts';
import { setupRedis } from './redis-lab.ts';
import { passInRedis } from './time-machine.ts';

/** LOCKSTEP_STORE_RUNS runs more. */
const runs = Number(process.env['LOCKSTEP_STORE_RUNS'] ?? 200);

const redis = setupRedis();

/** Resolves with how many runs there were. */
async function check(open: (run: number) => RealStore): Promise<number> {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(storeCommands(), async (commands) => {
      const real = open(++count);
      await fc.asyncModelRun(() => ({ model: new StoreModel(), real }), commands);
    }),
    { numRuns: runs },
  );
  return count;
}

describe('a store does what its model does, whatever happens in which order', () => {
  it('in memory', async () => {
    const done = await check(() => {
      const clock = createManualClock();
      return { store: createMemoryStore({ clock }), pass: async (ms) => clock.freeze(ms) };
    });
    expect(done).toBe(runs);
  });

  it('in Redis', async () => {
    const client = redis.connect();
    const done = await check((run) => {
      const prefix = `${redis.prefix}${run}:`;
      const store = createRedisStore({ redis: client, prefix });
      return { store, pass: (ms) => passInRedis(client, prefix, 'k', ms) };
    });
    expect(done).toBe(runs);
  }, 120_000);
});
