import { describe, expect, it } from 'vitest';

import { runSeed } from './model/run-seed.ts';
import { runSeeds, seedsToRun } from './model/run-seeds.ts';

describe('caches in a simulated world of faults', () => {
  it('serve nothing older than promised, keep nothing stale, and settle every promise, in every world tried', async () => {
    const seeds = seedsToRun(30);
    const report = await runSeeds(seeds);
    expect(report.seeds).toBe(seeds.length);
    // A world in which nothing is read proves nothing.
    expect(report.reads).toBeGreaterThan(100 * seeds.length);
  }, 3_600_000);

  it('runs the same seed the same way twice', async () => {
    const [first, second] = [await runSeed(7), await runSeed(7)];
    expect(second).toEqual(first);
  });
});
