import { describe, expect, it } from 'vitest';

import { runSeed } from './model/run-seed.ts';
import { runSeeds, seedsToRun } from './model/run-seeds.ts';
import { shortWorld } from './model/scenario.ts';

describe('caches in a simulated world of faults', () => {
  it('serve nothing older than promised, keep nothing stale, and settle every promise, in every world tried', async () => {
    const seeds = seedsToRun(30);
    const report = await runSeeds(seeds);
    expect(report.seeds).toBe(seeds.length);
    // A world in which nothing is read proves nothing.
    expect(report.reads).toBeGreaterThan(100 * seeds.length);
  }, 3_600_000);

  it('keep to that in hundreds of short worlds, in which everything happens at once', async () => {
    const seeds = seedsToRun(300, 'LOCKSTEP_SIM_SHORT_SEEDS');
    const report = await runSeeds(seeds, shortWorld);
    expect(report.seeds).toBe(seeds.length);
    expect(report.reads).toBeGreaterThan(10 * seeds.length);
  }, 3_600_000);

  it('runs the same seed the same way twice', async () => {
    const [first, second] = [await runSeed(7), await runSeed(7)];
    expect(second).toEqual(first);
  });
});
