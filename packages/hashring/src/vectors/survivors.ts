import type { RingOptions } from '../algorithms/algorithms.ts';
import { createRing } from '../ring/create-ring.ts';
import type { ScenarioRule } from './scenario-rule.ts';
import type { Scenario } from './vector-file.ts';

/** The rule of scenarios with dead servers whose client tries others: the first of `sequence` that lives, or -1. */
export function firstAlive(options: (scenario: Scenario) => RingOptions): ScenarioRule {
  return (scenario) => {
    const ring = createRing(scenario.nodes, options(scenario));
    const dead = new Set(deadOf(scenario));
    return (key) => {
      for (const node of ring.sequence(key)) if (!dead.has(node)) return node;
      return -1;
    };
  };
}

/** The rule of scenarios with dead servers whose client builds the ring without them. */
export function ejectedFrom(options: (scenario: Scenario) => RingOptions): ScenarioRule {
  return (scenario) => createRing(scenario.nodes, options(scenario)).eject(deadOf(scenario)).pick;
}

function deadOf({ options }: Scenario): readonly number[] {
  return options['dead'] as readonly number[];
}
