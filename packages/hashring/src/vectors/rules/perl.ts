import type { CacheMemcachedFastOptions } from '../../algorithms/cache-memcached-fast.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { firstAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

const fast = placedBy('cache-memcached-fast', readFastOptions);
const original = placedBy('cache-memcached', () => ({}));

/** Scenarios of Perl's Cache::Memcached and Cache::Memcached::Fast. */
export const perlRules: Readonly<Record<string, ScenarioRule>> = {
  'cache-memcached-perl': (scenario) =>
    (scenario.options['impl'] === 'Cache::Memcached::Fast' ? fast : original)(scenario),
  'cache-memcached-fast-ketama': fast,
  'cache-memcached-perl-rehash': firstAlive(() => ({ algorithm: 'cache-memcached' })),
};

function readFastOptions({ options }: Scenario): CacheMemcachedFastOptions {
  const { ketama_points: ketamaPoints, namespace, hash_namespace: hashNamespace } = options;
  return {
    ...(ketamaPoints !== undefined && { ketamaPoints: ketamaPoints as number }),
    ...(Boolean(hashNamespace) && { hashPrefix: namespace as string }),
  };
}
