import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';

/** Scenarios of Ruby's dalli. */
export const dalliRules: Readonly<Record<string, ScenarioRule>> = {
  'dalli-ring': placedBy('dalli', () => ({})),
  'dalli-ring-failover': firstAlive(({ options }) => ({
    algorithm: 'dalli',
    failover: options['failover'] !== false,
  })),
};
