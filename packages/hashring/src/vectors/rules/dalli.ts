import type { DalliOptions } from '../../algorithms/dalli.ts';
import { knowing, type KnownOptions } from '../known-options.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

const describes: KnownOptions['describes'] = {
  keyHash: ['crc32'],
  pointHash: ['sha1[0..4] big-endian'],
  lookup: ['predecessor(<=)'],
};

/** Scenarios of Ruby's dalli. */
export const dalliRules: Readonly<Record<string, ScenarioRule>> = {
  'dalli-ring': knowing({ reads: ['namespace', 'failover'], describes }, placedBy('dalli', readOptions)),
  'dalli-ring-failover': knowing(
    { reads: ['namespace', 'failover', 'dead'], describes },
    firstAlive((scenario) => ({ algorithm: 'dalli', ...readOptions(scenario) })),
  ),
};

function readOptions({ options: { dead: _dead, ...options } }: Scenario): DalliOptions {
  const { namespace, failover } = options as DalliOptions;
  return { ...(namespace !== undefined && { namespace }), ...(failover !== undefined && { failover }) };
}
