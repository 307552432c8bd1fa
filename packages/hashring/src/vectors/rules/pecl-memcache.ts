import type { PeclMemcacheOptions } from '../../algorithms/pecl-memcache-options.ts';
import type { RingOptions } from '../../algorithms/algorithms.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

/** Scenarios of PHP's memcache extension. */
export const peclMemcacheRules: Readonly<Record<string, ScenarioRule>> = {
  'pecl-memcache-consistent': placedBy('pecl-memcache-consistent', readOptions),
  'pecl-memcache-standard': placedBy('pecl-memcache-standard', readOptions),
  'pecl-memcache-consistent-failover': firstAlive(withAlgorithm('pecl-memcache-consistent')),
  'pecl-memcache-standard-failover': firstAlive(withAlgorithm('pecl-memcache-standard')),
};

function withAlgorithm(algorithm: `pecl-memcache-${'consistent' | 'standard'}`): (scenario: Scenario) => RingOptions {
  return (scenario) => ({ algorithm, ...readOptions(scenario) });
}

function readOptions({ options }: Scenario): PeclMemcacheOptions {
  const { dead: _dead, allow_failover: allowFailover, max_failover_attempts: maxFailoverAttempts, ...rest } = options;
  return {
    ...(rest as PeclMemcacheOptions),
    ...(allowFailover !== undefined && { allowFailover: allowFailover as boolean }),
    ...(maxFailoverAttempts !== undefined && { maxFailoverAttempts: maxFailoverAttempts as number }),
  };
}
