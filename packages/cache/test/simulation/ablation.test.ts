import { describe, expect, it } from 'vitest';

import { runSeed } from './model/run-seed.ts';
import { seedsToRun } from './model/run-seeds.ts';
import { type Sabotage } from './model/sabotage.ts';
import { sabotages } from './model/sabotages.ts';

/** The first seed that notices. */
async function firstToNotice(sabotage: Sabotage, seeds: readonly number[]): Promise<number | undefined> {
  for (const seed of seeds) {
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
