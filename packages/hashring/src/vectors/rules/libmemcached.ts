import type { RingOptions } from '../../algorithms/algorithms.ts';
import type { LibmemcachedOptions } from '../../algorithms/libmemcached-options.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { ScenarioRule } from '../scenario-rule.ts';
import type { Scenario } from '../vector-file.ts';
import { hashName } from './libhashkit.ts';

const configurations: Readonly<Record<string, (scenario: Scenario) => RingOptions>> = {
  'libmemcached-ketama-weighted': (scenario) => ({ algorithm: 'ketama', ...common(scenario, 'md5') }),
  // Where it had weights, the distribution was set after the servers.
  'libmemcached-consistent': (scenario) => {
    return { algorithm: 'libmemcached-consistent', weighted: 'never', ...common(scenario) };
  },
  'libmemcached-consistent-then-autoweighted': (scenario) => {
    return { algorithm: 'libmemcached-consistent', ...common(scenario) };
  },
  'libmemcached-ketama-spy': (scenario) => ({ algorithm: 'libmemcached-ketama-spy', ...common(scenario) }),
  'libmemcached-ketama-spy-autoweighted': (scenario) => ({ algorithm: 'libmemcached-ketama-spy', ...common(scenario) }),
  'libmemcached-modula': (scenario) => ({ algorithm: 'libmemcached-modula', ...common(scenario) }),
};

/** Scenarios of php-memcached, pylibmc and libmemcached in C, also with dead servers that they ejected. */
export const libmemcachedRules: Readonly<Record<string, ScenarioRule>> = Object.fromEntries(
  Object.entries(configurations).flatMap(([name, configure]): readonly (readonly [string, ScenarioRule])[] => [
    [name, (scenario) => createRing(scenario.nodes, configure(scenario)).pick],
    [`${name}-ejected`, (scenario) => createRing(scenario.nodes, configure(scenario)).eject(deadOf(scenario)).pick],
  ]),
);

/** Options that a file may give by our own names, beside those of the clients. */
const OWN = new Set(['charSignedness', 'hashPrefix', 'pointHash', 'removeFailedServers', 'weighted']);

function common({ options }: Scenario, hash = 'default'): LibmemcachedOptions {
  return {
    hash: hashName(options['hash'] ?? hash),
    hashPrefix: options['hashWithPrefix'] === true ? String(options['prefix']) : '',
    sortHosts: options['sortHosts'] === true,
    ...Object.fromEntries(Object.entries(options).filter(([name]) => OWN.has(name))),
  };
}

function deadOf({ options }: Scenario): readonly number[] {
  return options['dead'] as readonly number[];
}
