import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkScenario, type ScenarioResult } from './check-scenario.ts';
import { parseVectorFile } from './vector-file.ts';

/** What became of a vector file. */
export interface FileResult {
  /** Its name in the folder. */
  readonly file: string;
  /** The client that was observed; empty where the file cannot be read. */
  readonly client: string;
  readonly scenarios: readonly ScenarioResult[];
  /** Why it is not a vector file. */
  readonly error?: string;
}

/** How many there are of everything. */
export interface VectorTally {
  readonly scenarios: number;
  /** Placements that were compared. */
  readonly cases: number;
  readonly mismatches: number;
  /** Scenarios that could not be checked. */
  readonly skipped: number;
  /** Keys that the client refused. */
  readonly refused: number;
}

/**
 * Checks every `.json` file of a folder; see `parseVectorFile` for what is in one.
 *
 * @throws what `readdirSync` throws for a folder that cannot be read.
 */
export function checkFolder(folder: string): FileResult[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => checkFile(folder, name));
}

function checkFile(folder: string, file: string): FileResult {
  try {
    const { client, scenarios } = parseVectorFile(readFileSync(join(folder, file), 'utf8'));
    return { file, client, scenarios: scenarios.map(checkScenario) };
  } catch (error) {
    return { file, client: '', scenarios: [], error: error instanceof Error ? error.message : String(error) };
  }
}

/** Counts what became of scenarios. */
export function tally(scenarios: readonly ScenarioResult[]): VectorTally {
  const sum = (count: (scenario: ScenarioResult) => number): number =>
    scenarios.reduce((total, scenario) => total + count(scenario), 0);
  return {
    scenarios: scenarios.length,
    cases: sum(({ cases }) => cases),
    mismatches: sum(({ mismatches }) => mismatches.length),
    skipped: sum(({ skipped }) => (skipped === undefined ? 0 : 1)),
    refused: sum(({ refused }) => refused),
  };
}
