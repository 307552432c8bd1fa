import { describeError } from '@lockstep/core';

import type { Report } from '../harness/report-bench.ts';
import { planFaults } from './fault-plan.ts';
import { libraries } from './libraries.ts';
import { startLockFleet, ttlMs } from './lock-fleet.ts';
import { renderLockFaultTable } from './lock-fault-table.ts';
import { type NemesisOutcome, runNemesis } from './run-nemesis.ts';
import { stories, type Story } from './story.ts';

const extents = {
  // Seed 4 cuts off the first holder for longer than its period.
  quick: { seeds: [4], durationMs: 5000, everyMs: 400 },
  thorough: { seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], durationMs: 15_000, everyMs: undefined },
} as const;

/** What one library did under one plan of faults. */
export interface LockFaultResult {
  readonly bench: 'lock-faults';
  readonly story: string;
  readonly library: string;
  readonly seed: number;
  /** Missing where it could not be carried through; `failure` says why. */
  readonly outcome?: NemesisOutcome;
  readonly failure?: string;
}

/** Five processes under one lock of each library while processes, connections and Redis fail, by seeded plans. */
export const lockFaultBench: Report = {
  // A seed may be chosen as well: `--case 'Redis forgets: @lockstep/lock, seed 3'`.
  cases: stories.flatMap((story) => libraries.map(({ name }) => `${story.name}: ${name}`)),
  async run({ quick, isWanted, onProgress }) {
    const extent = extents[quick ? 'quick' : 'thorough'];
    const results: LockFaultResult[] = [];
    // What the machine does to one library it does to the next one.
    for (const { story, seed, library } of runsOf(extent.seeds)) {
      const name = `${story.name}: ${library}, seed ${seed}`;
      if (!isWanted(name)) continue;
      onProgress(name);
      const { durationMs, everyMs = story.everyMs } = extent;
      const result = await runStory({ ...story, everyMs }, library, { seed, durationMs });
      if (result.failure !== undefined) onProgress(`${name}: ${result.failure}`);
      results.push({ bench: 'lock-faults', story: story.name, library, seed, ...result });
    }
    return {
      table: renderLockFaultTable(results, extent.durationMs),
      results,
    };
  },
};

/** Every library under every plan, plan by plan. */
function runsOf(seeds: readonly number[]): { story: Story; seed: number; library: string }[] {
  return stories.flatMap((story) =>
    seeds.flatMap((seed) => libraries.map(({ name: library }) => ({ story, seed, library }))),
  );
}

/** A library that does not come through one plan is still measured under the others. */
async function runStory(
  story: Story,
  library: string,
  plan: { readonly seed: number; readonly durationMs: number },
): Promise<Pick<LockFaultResult, 'outcome' | 'failure'>> {
  try {
    await using fleet = await startLockFleet(library, story.sectionMs);
    return { outcome: await runNemesis(fleet, planFaults({ ...story, ...plan, ttlMs })) };
  } catch (error) {
    return { failure: describeError(error) };
  }
}
