import { rules } from './rules.ts';
import { type Answer, sameNames } from './scenario-rule.ts';
import type { Case, Scenario } from './vector-file.ts';

/** What became of a scenario. */
export interface ScenarioResult {
  readonly id: string;
  readonly algorithm: string;
  /** How many placements were compared: 0 where it was skipped. */
  readonly cases: number;
  /** How many keys the client refused: nothing was observed for them. */
  readonly refused: number;
  readonly mismatches: readonly Mismatch[];
  /** Why it could not be checked. */
  readonly skipped?: string;
}

/** A key that this package places where the client does not. */
export interface Mismatch extends Case {
  readonly answered: number | readonly number[];
}

/** Asks this package where the keys of a scenario belong. What it does not understand is skipped, and says why. */
export function checkScenario(scenario: Scenario): ScenarioResult {
  const { id, algorithm, cases } = scenario;
  const placed = cases.filter(({ expected }) => expected !== -1);
  const refused = cases.length - placed.length;
  try {
    const rule = Object.hasOwn(rules, algorithm) ? rules[algorithm]! : sameNames;
    const answer = rule(withoutNote(scenario));
    const compared = answer.nobody === true ? cases : placed;
    const mismatches = findMismatches(answer, compared);
    return { id, algorithm, cases: compared.length, refused: cases.length - compared.length, mismatches };
  } catch (error) {
    const skipped = error instanceof Error ? error.message : String(error);
    return { id, algorithm, cases: 0, refused, mismatches: [], skipped };
  }
}

/** A note is for people. */
function withoutNote(scenario: Scenario): Scenario {
  const { note, ...options } = scenario.options;
  return note === undefined || typeof note === 'string' ? { ...scenario, options } : scenario;
}

function findMismatches(answer: Answer, cases: readonly Case[]): Mismatch[] {
  const answered = cases.map((each) => ({ ...each, answered: answer(each.key, each.question) }));
  return answered.filter((each) => String(each.answered) !== String(each.expected));
}
