import { createRing } from '../../ring/create-ring.ts';
import type { ScenarioRule } from '../scenario-rule.ts';

/** Scenarios of the original libketama, whose file of servers held the weight times 100 as memory. */
export const libketamaRules: Readonly<Record<string, ScenarioRule>> = {
  libketama: ({ nodes, options }) => {
    const factor = options['memory'] === 'weight*100' ? 100 : 1;
    const servers = nodes.map((node) => ({ ...node, weight: (node.weight ?? 1) * factor }));
    return createRing(servers, { algorithm: 'libketama' }).pick;
  },
};
