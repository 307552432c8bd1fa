import { createRing } from '../../ring/create-ring.ts';
import type { RingNode } from '../../ring/ring.ts';
import type { ScenarioRule } from '../scenario-rule.ts';
import { ejectedFrom } from '../survivors.ts';
import type { RingOptions } from '../../algorithms/algorithms.ts';
import type { Scenario } from '../vector-file.ts';

/** Scenarios of twemproxy. */
export const twemproxyRules: Readonly<Record<string, ScenarioRule>> = {
  'twemproxy-ketama': named((scenario) => createRing(scenario.nodes, readOptions('ketama')(scenario)).pick),
  'twemproxy-modula': named((scenario) => createRing(scenario.nodes, readOptions('modula')(scenario)).pick),
  'twemproxy-ketama-ejected': named(ejectedFrom(readOptions('ketama'))),
  'twemproxy-modula-ejected': named(ejectedFrom(readOptions('modula'))),
};

/** The files call a server's name `name`. */
function named(rule: ScenarioRule): ScenarioRule {
  return (scenario) => {
    const nodes = scenario.nodes.map((node: RingNode & { readonly name?: string }) =>
      node.name === undefined ? node : { ...node, label: node.name },
    );
    return rule({ ...scenario, nodes });
  };
}

function readOptions(distribution: 'ketama' | 'modula'): (scenario: Scenario) => RingOptions {
  return ({ options: { dead: _dead, auto_eject_hosts: _ejects, ...rest } }) => ({
    algorithm: `twemproxy-${distribution}`,
    ...rest,
  });
}
