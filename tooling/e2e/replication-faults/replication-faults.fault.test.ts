import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Lane, lanesOf } from './lanes.ts';
import { lockstepDesign } from './lockstep-design.ts';
import { originDesign } from './origin-design.ts';
import { overflow, partition } from './partition.ts';
import { faultReport, skippedReport } from './report.ts';
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
const { pair, mesh } = lanesOf(from, Number(LOCKSTEP_FAULT_SEEDS ?? 10));

/** Apps are started again all the time, which takes a busy machine long. */
const patienceMs = 300_000;
/**
 * Every shard is to go on so soon after the last fault. A link whose processes all run needs less than 5 s; one that was
 * struck in the last moment waits for a lease in its own region and for one in the other, 3 s each, and a batch that was
 * begun, and whose end the journal has lost, keeps shorter ones away for 15 s. A machine with more to do gets more time.
 */
const progressMs = 5000 + 2 * 3000 + 15_000;

const outcomes: SeedOutcome[] = [];
afterAll(() => {
  process.stdout.write(skippedReport(outcomes));
  if (isLong) process.stdout.write(faultReport(outcomes));
});

async function runAndNote(world: World, seed: number): Promise<SeedOutcome> {
  const outcome = await runSeed(world, { seed, seconds, always: LOCKSTEP_FAULT_ALWAYS });
  outcomes.push(outcome);
  // Undefined is worth telling.
  const isWorthTelling = world.design.isLossless && outcome.wrong.length > 0;
  const tell = (_: string, value: unknown): unknown => value ?? null;
  if (isLong || isWorthTelling) process.stdout.write(`${JSON.stringify(outcome, tell)}\n`);
  return outcome;
}

function describeLane({ names, seeds }: Lane): void {
  describe.runIf(seeds.length > 0)(`Lockstep in ${names.join(', ')}`, { sequential: true }, () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld(lockstepDesign, names);
    });
    // Where it could not be started there is nothing to close.
    afterAll(() => (world as World | undefined)?.[Symbol.asyncDispose]());

    it.each(seeds)(
      'leaves no key wrong in any region, and goes on in time, with seed %i',
      async (seed) => {
        const outcome = await runAndNote(world, seed);
        // An older value may come only where a process outlived its lease, or Redis lost its cursors.
        const unexplained = outcome.mayGoBack ? 0 : outcome.older + outcome.disordered;
        const isLate = outcome.settledMs > progressMs * outcome.pace;
        expect({ ...outcome, unexplained, isLate }).toMatchObject({
          wrong: [],
          unexplained: 0,
          returned: 0,
          isLate: false,
        });
      },
      patienceMs,
    );

    it.runIf(names.length === 2)(
      'holds no more than its bound for a region that is away, and says how far that is behind',
      async () => {
        const outcome = await partition(world, isLong ? 20_000 : 3000);
        if (isLong) process.stdout.write(`${JSON.stringify(outcome)}\n`);
        expect(outcome).toMatchObject({ overBytes: 0, problems: [], stale: [] });
        // In few shards deletes have room; in many a block may not.
        expect(outcome.tier).toMatch(/^(deletes|keys)$/);
        expect(outcome.arrived).toBeGreaterThan(0);
        // True on a machine that has time for it: a marker comes every two seconds.
        const tolerance = isLong ? 0.2 : Infinity;
        expect(outcome.shares.filter((share) => Math.abs(share - 1) > tolerance)).toEqual([]);
      },
      patienceMs,
    );
  });
}

describe.runIf(pair.seeds.length > 0)('two regions', { concurrent: true }, () => {
  describeLane(pair);
});

describe.concurrent('two lists, and three regions', () => {
  describe.sequential('the design with two lists', () => {
    it(
      'is found to leave keys wrong, and rows older than they are',
      async () => {
        await using world = await startWorld(originDesign);
        const wrong: string[] = [];
        const isFound = (): boolean => ['own:', 'row:'].every((kind) => wrong.some((key) => key.startsWith(kind)));
        const enough = from + Number(LOCKSTEP_FAULT_ORIGIN ?? 1);
        for (let seed = from; seed < enough || (!isFound() && seed < enough + 4); seed += 1)
          wrong.push(...(await runAndNote(world, seed)).wrong.map(({ key }) => key));
        expect(wrong).toContainEqual(expect.stringMatching(/^own:/));
        // It knows of no versions.
        expect(wrong).toContainEqual(expect.stringMatching(/^row:/));
        // Nor of a bound.
        await world.heal();
        for (const { wire } of world.regions) wire.set({ cut: true });
        expect((await overflow(world)).overBytes).toBeGreaterThan(0);
      },
      patienceMs,
    );
  });
  describeLane(mesh);
});
