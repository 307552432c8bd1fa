import type { SpymemcachedKetamaOptions } from '../../algorithms/spymemcached-ketama.ts';
import type { SpymemcachedHashName } from '../../hashes/spymemcached-hashes.ts';
import { isSocket } from '../../labels/host-unless-default-port.ts';
import { javaAddress } from '../../labels/java-address.ts';
import type { SpymemcachedFormat } from '../../labels/spymemcached-label.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { RingNode } from '../../ring/ring.ts';
import { knowing } from '../known-options.ts';
import { observedAddress } from '../observed-addresses.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import type { Scenario } from '../vector-file.ts';

/** Scenarios of Java's spymemcached, where a server may have an `address`: what its name resolved to. */
export const spymemcachedRules: Readonly<Record<string, ScenarioRule>> = {
  'spymemcached-arraymod': knowing(
    { reads: ['hash'] },
    placedBy('spymemcached-arraymod', ({ options }) => ({ hash: options['hash'] as SpymemcachedHashName })),
  ),
  'spymemcached-ketama': knowing({ reads: ['hash', 'label', 'weighted'] }, (scenario) => {
    const options = ketamaOptions(scenario);
    const named = options.format === 'LIBMEMCACHED' ? scenario.nodes : scenario.nodes.map(resolved);
    return createRing(named, { algorithm: 'spymemcached-ketama', ...options }).pick;
  }),
};

function ketamaOptions({ options }: Scenario): SpymemcachedKetamaOptions {
  return {
    hash: options['hash'] as SpymemcachedHashName,
    format: options['label'] as SpymemcachedFormat,
    weighted: (options['weighted'] ?? false) as boolean,
  };
}

/** A node with the label that it had where its name was resolved; an address is its own. */
function resolved(node: RingNode & { readonly address?: unknown }): RingNode {
  const { host, port = 11_211, label } = node;
  if (label !== undefined || isSocket(host) || javaAddress(host) !== undefined) return node;
  const address = node.address ?? observedAddress(host);
  if (typeof address === 'string') return { ...node, label: `${host}/${address}:${port}` };
  throw new TypeError(
    `server ${host} needs the label or the address that it had: its name alone is not what is hashed`,
  );
}
