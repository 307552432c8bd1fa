import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';

/** Scenarios of nginx's `hash`. */
export const nginxRules: Readonly<Record<string, ScenarioRule>> = {
  'nginx-hash': placedBy('nginx-hash', () => ({})),
  'nginx-hash-consistent': placedBy('nginx-consistent', () => ({})),
  'nginx-hash-next': firstAlive(() => ({ algorithm: 'nginx-hash' })),
  'nginx-hash-consistent-next': firstAlive(() => ({ algorithm: 'nginx-consistent' })),
};
