import { describe, expect, it } from 'vitest';

import { runSeed } from './model/run-seed.ts';
import { seedsToRun } from './model/run-seeds.ts';
import { type Sabotage } from './model/sabotage.ts';
import { sabotages } from './model/sabotages.ts';

/** Seeds that noticed all of them when this was written: nobody need come to the rare ones by counting. */
const keen = [44, 10, 19, 13, 2, 211, 46];

/** The first seed that notices, of the keen ones and then of all the others. */
async function firstToNotice(sabotage: Sabotage, seeds: readonly number[]): Promise<number | undefined> {
  const first = keen.filter((seed) => seeds.includes(seed));
  for (const seed of new Set([...first, ...seeds])) {
    const { violations } = await runSeed(seed, sabotage);
    if (violations.length > 0) return seed;
  }
  return undefined;
}

describe('the simulation without one of the protections', async () => {
  it.each(await sabotages())(
    'notices that $name is switched off',
    async (sabotage) => {
      expect(await firstToNotice(sabotage, seedsToRun(300))).toBeDefined();
    },
    120_000,
  );
});
