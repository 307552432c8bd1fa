import type { RingOptions } from '../algorithms/algorithms.ts';
import { createRing } from '../ring/create-ring.ts';
import type { RingKey } from '../ring/ring.ts';
import { listOption } from './scenario-nodes.ts';
import type { Answer, ScenarioRule } from './scenario-rule.ts';
import type { Scenario } from './vector-file.ts';

/** The servers that a client tries one after another for a key. */
export type Attempts = (key: RingKey) => Iterable<number>;

/** The rule of scenarios with dead servers whose client tries others: the first of `sequence` that lives, or -1. */
export function firstAlive(options: (scenario: Scenario) => RingOptions): ScenarioRule {
  return firstAliveOf((scenario) => {
    const ring = createRing(scenario.nodes, options(scenario));
    return (key) => ring.sequence(key);
  });
}

/** The same for a client whose number of attempts is that of the scenario. */
export function firstAliveOf(attemptsOf: (scenario: Scenario) => Attempts): ScenarioRule {
  return (scenario) => {
    const attempts = attemptsOf(scenario);
    const dead = new Set(deadOf(scenario));
    return answeringNobody((key) => {
      for (const node of attempts(key)) if (!dead.has(node)) return node;
      return -1;
    });
  };
}

/** The rule of scenarios with dead servers whose client asks the owner of a key and nobody else: -1 where that is dead. */
export function ownerIfAlive(options: (scenario: Scenario) => RingOptions): ScenarioRule {
  return firstAliveOf((scenario) => {
    const { pick } = createRing(scenario.nodes, options(scenario));
    return (key) => [pick(key)];
  });
}

/** The rule of scenarios with dead servers whose client builds the ring without them. */
export function ejectedFrom(options: (scenario: Scenario) => RingOptions): ScenarioRule {
  return (scenario) => createRing(scenario.nodes, options(scenario)).eject(deadOf(scenario)).pick;
}

/** The indexes of the dead servers. @throws TypeError where there is no such list, RangeError for an index of no server. */
export function deadOf({ options, nodes }: Scenario): readonly number[] {
  const dead = listOption(options, 'dead');
  const stranger = dead.find((index) => nodes[index as number] === undefined);
  if (stranger !== undefined)
    throw new RangeError(`dead has ${JSON.stringify(stranger)}, which is no index of a server`);
  return dead as readonly number[];
}

function answeringNobody(answer: Answer): Answer {
  return Object.assign(answer, { nobody: true });
}
