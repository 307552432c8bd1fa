import { createRing } from '../../ring/create-ring.ts';
import { allKnowing } from '../known-options.ts';
import type { ScenarioRule } from '../scenario-rule.ts';

/** Scenarios of the original libketama, whose file of servers held as memory the weight times a number. */
export const libketamaRules: Readonly<Record<string, ScenarioRule>> = allKnowing(
  { reads: ['memory'] },
  {
    libketama: ({ nodes, options }) => {
      const factor = memoryFactor(options['memory'] ?? 'weight');
      const servers = nodes.map((node) => ({ ...node, weight: (node.weight ?? 1) * factor }));
      return createRing(servers, { algorithm: 'libketama' }).pick;
    },
  },
);

function memoryFactor(memory: unknown): number {
  const [, factor] = /^weight(?:\s*\*\s*(\d+))?$/u.exec(String(memory)) ?? [];
  if (factor !== undefined) return Number(factor);
  if (memory === 'weight') return 1;
  throw new RangeError(`memory must be weight or weight*100 or the like, got ${JSON.stringify(memory)}`);
}
