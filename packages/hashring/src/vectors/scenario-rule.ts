import type { AlgorithmName, AlgorithmOptions, RingOptions } from '../algorithms/algorithms.ts';
import { createRing } from '../ring/create-ring.ts';
import type { Case, Scenario } from './vector-file.ts';

/** Says what this package answers to the questions of a scenario. */
export interface Answer {
  (key: Case['key'], question: string): number | readonly number[];
  /** Whether -1 is an answer, that no server was left to ask. @default false: the client refused the key */
  readonly nobody?: boolean;
}

/** How the scenarios of one algorithm are asked of this package. Throws where it does not understand one. */
export type ScenarioRule = (scenario: Scenario) => Answer;

/** The rule of files whose algorithm and options are named as ours are. */
export const sameNames: ScenarioRule = ({ nodes, algorithm, options }) =>
  createRing(nodes, { algorithm, ...options } as RingOptions).pick;

/** The rule of files that name an algorithm or its options in another way. */
export function placedBy<Name extends AlgorithmName>(
  algorithm: Name,
  options: (scenario: Scenario) => AlgorithmOptions[Name],
): ScenarioRule {
  return (scenario) => createRing(scenario.nodes, { algorithm, ...options(scenario) } as RingOptions).pick;
}
