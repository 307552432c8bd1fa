import { checkScenario, type ScenarioResult } from '../../src/vectors/check-scenario.ts';
import { parseVectorFile } from '../../src/vectors/vector-file.ts';

/** Checks one scenario, as it would be in a file. */
export function checkOne(scenario: object): ScenarioResult {
  const file = { client: 'one', scenarios: [scenario] };
  return checkScenario(parseVectorFile(JSON.stringify(file)).scenarios[0]!);
}

export const servers = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((host) => ({ host, port: 11_211 }));
export const keys: readonly string[] = Array.from({ length: 200 }, (_, i) => `key:${i}`);

/** Checks a scenario in which every key of `keys` has the pick that `expected` gives. */
export function checkPicks(
  scenario: object,
  expected: (key: string) => number,
): Pick<ScenarioResult, 'cases' | 'refused' | 'skipped'> & { readonly wrong: number } {
  const result = checkOne({ servers, keys, ...scenario, picks: keys.map((key) => expected(key)) });
  const { cases, refused, skipped, mismatches } = result;
  return { cases, refused, wrong: mismatches.length, ...(skipped !== undefined && { skipped }) };
}

/** What comes of a scenario in which all is right. */
export const allRight = { cases: 200, refused: 0, wrong: 0 };
