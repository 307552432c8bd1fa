import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';

/** Scenarios of python-memcached and pymemcache. */
export const pythonRules: Readonly<Record<string, ScenarioRule>> = {
  'python-memcached': placedBy('python-memcached', () => ({})),
  'python-memcached-rehash': firstAlive(() => ({ algorithm: 'python-memcached' })),
  'pymemcache-rendezvous': placedBy('pymemcache', () => ({})),
};
