import * as fc from 'fast-check';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';

import { lockScript } from '../../src/lua/lock-script.ts';
import { sharedScript } from '../../src/lua/shared-script.ts';
import { setupRedis } from '../driver/redis-setup.ts';
import { lockSteps, type Step } from './model/commands.ts';
import { LockModel, type Model, type ModelSpace } from './model/lock-model.ts';
import { manyStep } from './model/many-step.ts';
import { SharedModel } from './model/shared-model.ts';
import { createModelWorld, createRealWorld, PROCESSES } from './model/world.ts';

const RUNS = Number(process.env['LOCKSTEP_SCRIPT_RUNS'] ?? 60);

const redis = setupRedis();

/** Which locks, and what may happen to them. */
interface Run<M extends Model> {
  readonly count: number;
  readonly isShared: boolean;
  readonly steps: readonly fc.Arbitrary<Step<M>>[];
  readonly createModel: (space: ModelSpace) => M;
}

describe('the scripts do what their model does, whatever happens in which order', { timeout: 60_000 }, () => {
  let client: Redis;
  let processes: Map<string, Redis>;
  beforeEach(() => {
    client = redis.connect();
    processes = new Map(PROCESSES.map((name) => [name, redis.connect()]));
  });

  /** Resolves with how many runs there were. */
  async function check<M extends Model>({ count, isShared, steps, createModel }: Run<M>): Promise<number> {
    const script = isShared ? sharedScript : lockScript;
    // One that has run out of time goes on for a while, and is not to disturb the next.
    const own = { script, client, processes, count, isShared };
    const commands = fc.commands([...steps], { maxCommands: 60, size: 'large' });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(commands, fc.boolean(), async (planned, isInSlot) => {
        runs++;
        const real = await createRealWorld({ ...own, name: redis.name(), isInSlot });
        await fc.asyncModelRun(() => ({ model: createModelWorld(count, createModel), real }), planned);
      }),
      { numRuns: RUNS },
    );
    return runs;
  }

  async function checkShared(...shapes: string[]): Promise<number> {
    const createModel = (space: ModelSpace): Model => new SharedModel(space);
    return check({ count: 1, isShared: true, steps: lockSteps(shapes, 1), createModel });
  }

  const createModel = (space: ModelSpace): LockModel => new LockModel(space);

  it('of a lock', async () => {
    const run = check({ count: 1, isShared: false, steps: lockSteps([''], 1), createModel });
    await expect(run).resolves.toBe(RUNS);
  });

  it('of two locks that some take together', async () => {
    const steps = [...lockSteps([''], 2), manyStep(2)];
    await expect(check({ count: 2, isShared: false, steps, createModel })).resolves.toBe(RUNS);
  });

  it('of a semaphore', async () => {
    await expect(checkShared('2')).resolves.toBe(RUNS);
  });

  it('of a semaphore whose users do not agree on its permits', async () => {
    await expect(checkShared('1', '3')).resolves.toBe(RUNS);
  });

  it('of a read-write lock', async () => {
    await expect(checkShared('R', 'W')).resolves.toBe(RUNS);
  });
});
