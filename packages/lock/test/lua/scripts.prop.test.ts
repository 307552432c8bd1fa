import * as fc from 'fast-check';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';

import { lockScript } from '../../src/lua/lock-script.ts';
import { sharedScript } from '../../src/lua/shared-script.ts';
import { setupRedis } from '../driver/redis-setup.ts';
import { lockCommands, PROCESSES } from './model/commands.ts';
import { LockModel, type Model } from './model/lock-model.ts';
import { createRealLock } from './model/real-lock.ts';
import { SharedModel } from './model/shared-model.ts';

const RUNS = 60;

const redis = setupRedis();

describe('the scripts do what their model does, whatever happens in which order', () => {
  let client: Redis;
  let processes: Map<string, Redis>;
  beforeEach(() => {
    client = redis.connect();
    processes = new Map(PROCESSES.map((name) => [name, redis.connect()]));
  });

  /** Resolves with how many runs there were. */
  async function check(shapes: readonly string[], createModel: () => Model): Promise<number> {
    const isShared = shapes[0] !== '';
    const script = isShared ? sharedScript : lockScript;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(lockCommands(shapes), fc.boolean(), async (commands, isInSlot) => {
        runs++;
        const model = createModel();
        const real = createRealLock({ script, client, processes, name: redis.name(), isShared, isInSlot });
        for (const process of PROCESSES) {
          model.alive.add(process);
          await real.setAlive(process, true);
        }
        await fc.asyncModelRun(() => ({ model, real }), commands);
      }),
      { numRuns: RUNS },
    );
    return runs;
  }

  it('of a lock', async () => {
    await expect(check([''], () => new LockModel())).resolves.toBe(RUNS);
  });

  it('of a semaphore', async () => {
    await expect(check(['2'], () => new SharedModel())).resolves.toBe(RUNS);
  });

  it('of a semaphore whose users do not agree on its permits', async () => {
    await expect(check(['1', '3'], () => new SharedModel())).resolves.toBe(RUNS);
  });

  it('of a read-write lock', async () => {
    await expect(check(['R', 'W'], () => new SharedModel())).resolves.toBe(RUNS);
  });
});
