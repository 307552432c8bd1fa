import { createRing } from '../../ring/create-ring.ts';
import type { ScenarioRule } from '../scenario-rule.ts';
import { ejectedFrom, ownerIfAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';
import {
  knownLibmemcachedOptions,
  type LibmemcachedRing,
  readLibmemcached,
  staysInList,
} from './libmemcached-options.ts';
import { knowing } from '../known-options.ts';

/** What the files call each ring. */
const ALGORITHMS: Readonly<Record<string, LibmemcachedRing>> = {
  'libmemcached-ketama-weighted': 'ketama',
  'libmemcached-consistent': 'libmemcached-consistent',
  'libmemcached-consistent-then-autoweighted': 'libmemcached-consistent',
  'libmemcached-ketama-spy': 'libmemcached-ketama-spy',
  'libmemcached-ketama-spy-autoweighted': 'libmemcached-ketama-spy',
  'libmemcached-modula': 'libmemcached-modula',
};

/** Scenarios of php-memcached, pylibmc and libmemcached in C, also with dead servers that they ejected. */
export const libmemcachedRules: Readonly<Record<string, ScenarioRule>> = Object.fromEntries(
  Object.entries(ALGORITHMS).flatMap(([name, algorithm]): readonly (readonly [string, ScenarioRule])[] => {
    // Where it had weights, the distribution was set after the servers.
    const setAfterServers = name === 'libmemcached-consistent';
    const read = (scenario: Scenario) => readLibmemcached(scenario, algorithm, setAfterServers);
    const survivors: ScenarioRule = (scenario) =>
      (staysInList(scenario, algorithm) ? ownerIfAlive(read) : ejectedFrom(read))(scenario);
    return [
      [name, known((scenario) => createRing(scenario.nodes, read(scenario)).pick)],
      [`${name}-ejected`, known(survivors, 'dead')],
    ];
  }),
);

function known(rule: ScenarioRule, ...more: readonly string[]): ScenarioRule {
  return (scenario) => knowing({ reads: [...knownLibmemcachedOptions(scenario), ...more] }, rule)(scenario);
}
