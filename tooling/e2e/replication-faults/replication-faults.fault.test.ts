import { setTimeout as wait } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { measureLag } from './lag.ts';
import { lockstepDesign } from './lockstep-design.ts';
import { originDesign } from './origin-design.ts';
import { faultReport } from './report.ts';
import { runSeed, type SeedOutcome } from './run-seed.ts';
import { startWorld, type World } from './world.ts';

/** LOCKSTEP_FAULT_SEEDS runs so many seeds and prints what was found; see the README for the others. */
const {
  LOCKSTEP_FAULT_SEEDS,
  LOCKSTEP_FAULT_SECONDS,
  LOCKSTEP_FAULT_FROM,
  LOCKSTEP_FAULT_ORIGIN,
  LOCKSTEP_FAULT_ALWAYS,
} = process.env;
const isLong = LOCKSTEP_FAULT_SEEDS !== undefined;
const from = Number(LOCKSTEP_FAULT_FROM ?? 1);
const seconds = Number(LOCKSTEP_FAULT_SECONDS ?? (isLong ? 6 : 1));
const seedsFor = (count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

/** Apps are started again all the time, which takes a busy machine long. */
const patienceMs = 300_000;

const outcomes: SeedOutcome[] = [];
afterAll(() => {
  if (isLong) process.stdout.write(faultReport(outcomes));
});

async function runAndNote(world: World, seed: number): Promise<SeedOutcome> {
  const outcome = await runSeed(world, { seed, seconds, always: LOCKSTEP_FAULT_ALWAYS });
  outcomes.push(outcome);
  if (isLong) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  return outcome;
}

describe('Lockstep', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld(lockstepDesign);
  });
  // Where it could not be started there is nothing to close.
  afterAll(() => (world as World | undefined)?.[Symbol.asyncDispose]());

  it.each(seedsFor(Number(LOCKSTEP_FAULT_SEEDS ?? 10)))(
    'leaves no key wrong in either region, with seed %i',
    async (seed) => {
      const outcome = await runAndNote(world, seed);
      // A reader may see an older value only where a process outlived its lease, or Redis lost its cursors.
      const unexplained = outcome.mayGoBack ? 0 : outcome.older;
      expect({ ...outcome, unexplained }).toMatchObject({ wrong: [], unexplained: 0 });
    },
    patienceMs,
  );

  it.runIf(isLong)('reports a lag within a fifth of what it is', async () => {
    const { reportedMs, measuredMs } = await measureLag(world, wait);
    expect(Math.abs(reportedMs - measuredMs) / measuredMs).toBeLessThan(0.2);
  });
});

describe('the design with two lists', () => {
  it('is found to leave keys wrong', async () => {
    await using world = await startWorld(originDesign);
    const wrong: unknown[] = [];
    for (const seed of seedsFor(Number(LOCKSTEP_FAULT_ORIGIN ?? 1)))
      wrong.push(...(await runAndNote(world, seed)).wrong);
    expect(wrong).not.toEqual([]);
  });
});
