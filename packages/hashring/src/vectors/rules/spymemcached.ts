import type { SpymemcachedKetamaOptions } from '../../algorithms/spymemcached-ketama.ts';
import type { SpymemcachedHashName } from '../../hashes/spymemcached-hashes.ts';
import type { SpymemcachedFormat } from '../../labels/spymemcached-label.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { RingNode } from '../../ring/ring.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import type { Scenario } from '../vector-file.ts';

/** Scenarios of Java's spymemcached. */
export const spymemcachedRules: Readonly<Record<string, ScenarioRule>> = {
  'spymemcached-arraymod': placedBy('spymemcached-arraymod', ({ options }) => ({
    hash: options['hash'] as SpymemcachedHashName,
  })),
  'spymemcached-ketama': (scenario) => {
    const options = ketamaOptions(scenario);
    const named = options.format === 'LIBMEMCACHED' ? scenario.nodes : scenario.nodes.map(resolved);
    return createRing(named, { algorithm: 'spymemcached-ketama', ...options }).pick;
  },
};

function ketamaOptions({ options }: Scenario): SpymemcachedKetamaOptions {
  return {
    hash: options['hash'] as SpymemcachedHashName,
    format: options['label'] as SpymemcachedFormat,
    weighted: options['weighted'] === true,
  };
}

/** What the names of servers resolved to on the machine where spymemcached was observed. */
const ADDRESSES: readonly (readonly [RegExp, string])[] = [
  [/^cache-(\d+)\.e77\.test$/, '127.77.0.$1'],
  [/^same77-\d+\.test$/, '127.77.1.1'],
];

function resolved(node: RingNode): RingNode {
  const known = ADDRESSES.find(([name]) => name.test(node.host));
  if (known === undefined || node.label !== undefined) return node;
  return { ...node, label: `${node.host}/${node.host.replace(known[0], known[1])}:${node.port}` };
}
