import type { NpmHashringOptions } from '../../algorithms/npm-hashring.ts';
import { createRing } from '../../ring/create-ring.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

/** Lists were asked for as `range(key, 3)`. */
const LIST_LENGTH = 3;

/** Scenarios of npm hashring and memcached, which the files call by one name, and of memjs. */
export const npmRules: Readonly<Record<string, ScenarioRule>> = {
  'node-hashring': (scenario) => {
    const ring = createRing(scenario.nodes, { algorithm: 'npm-hashring', ...hashringOptions(scenario) });
    return (key, question) => (question === 'lists' ? ring.replicas(key, LIST_LENGTH) : ring.pick(key));
  },
  'memjs-modulo': placedBy('memjs', () => ({})),
  'memjs-modulo-failover': firstAlive(() => ({ algorithm: 'memjs', failover: true })),
};

/** Options as hashring itself spells them. */
function hashringOptions({ options }: Scenario): NpmHashringOptions {
  const { hash = 'md5', replicas = 4, vnodes = 40, compatibility } = options;
  return {
    hash: hash as 'md5',
    vnodeCount: (options['vnode count'] ?? vnodes) as number,
    replicas: compatibility === 'hash_ring' ? 3 : (replicas as number),
    defaultPort: (options['default port'] ?? 0) as number,
  };
}
