import { describeError } from '@lockstep/core';

import type { Report } from '../harness/report-bench.ts';
import { renderFaultTable } from './fault-table.ts';
import { startFleet } from './fleet.ts';
import { invalidationCostScenario } from './invalidation-cost.ts';
import { killsScenario } from './kills.ts';
import { libraries } from './libraries.ts';
import { oldSnapshotScenario } from './old-snapshot.ts';
import { partitionScenario } from './partition.ts';
import { raceScenario } from './race.ts';
import { restartScenario } from './restart.ts';
import type { Extent, Figures, Scenario } from './scenario.ts';
import { stampedeScenario } from './stampede.ts';

/** Everything that happens to a fleet, in the order of the columns. */
const scenarios: readonly Scenario[] = [
  raceScenario,
  killsScenario,
  partitionScenario,
  restartScenario,
  oldSnapshotScenario,
  stampedeScenario,
  invalidationCostScenario,
];

/** What one library did in one scenario. */
export interface FaultResult {
  readonly bench: 'cache-faults';
  readonly scenario: string;
  readonly library: string;
  /** Empty where it could not be carried through; `failure` says why. */
  readonly figures: Figures;
  readonly failure?: string;
}

/** Does to a fleet of each library what happens to fleets, and counts what it serves that it should not. */
export const faultBench: Report = {
  cases: libraries.flatMap((library) => scenarios.map((scenario) => `${scenario.name}: ${library.name}`)),
  async run({ quick, isWanted, onProgress }) {
    const extent: Extent = quick ? 'quick' : 'thorough';
    const results: FaultResult[] = [];
    for (const scenario of scenarios) {
      for (const { name: library } of libraries) {
        const name = `${scenario.name}: ${library}`;
        if (!isWanted(name)) continue;
        onProgress(name);
        const outcome = await runScenario(scenario, library, extent);
        if (outcome.failure !== undefined) onProgress(`${name}: ${outcome.failure}`);
        results.push({ bench: 'cache-faults', scenario: scenario.name, library, ...outcome });
      }
    }
    return { table: renderFaultTable(scenarios, results, extent), results };
  },
};

/** A library that does not come through one scenario is still measured in the others. */
async function runScenario(
  scenario: Scenario,
  library: string,
  extent: Extent,
): Promise<Pick<FaultResult, 'figures' | 'failure'>> {
  try {
    await using fleet = await startFleet(library);
    return { figures: await scenario.run(fleet, extent) };
  } catch (error) {
    return { figures: {}, failure: describeError(error) };
  }
}
