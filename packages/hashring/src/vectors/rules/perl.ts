import type { CacheMemcachedFastOptions } from '../../algorithms/cache-memcached-fast.ts';
import { repeatedByWeight } from '../../algorithms/list-modulo.ts';
import { addedRehash } from '../../failover/added-rehash.ts';
import { createRing } from '../../ring/create-ring.ts';
import { anyFlag, anyText, knowing, type KnownOptions } from '../known-options.ts';
import { numberOption } from '../scenario-nodes.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { type Attempts, firstAliveOf } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

const hash = ['crc32>>16&0x7fff'];
/** Cache::Memcached sends its namespace, but does not hash it. */
const describes: KnownOptions['describes'] = { hash, impl: ['Cache::Memcached'], namespace: anyText };

const fast = knowing(
  {
    reads: ['ketama_points', 'namespace', 'hash_namespace'],
    describes: { hash, impl: ['Cache::Memcached::Fast'] },
  },
  placedBy('cache-memcached-fast', readFastOptions),
);
const original = knowing(
  { describes },
  placedBy('cache-memcached', () => ({})),
);

/** Scenarios of Perl's Cache::Memcached and Cache::Memcached::Fast. */
export const perlRules: Readonly<Record<string, ScenarioRule>> = {
  'cache-memcached-perl': (scenario) =>
    (scenario.options['impl'] === 'Cache::Memcached::Fast' ? fast : original)(scenario),
  'cache-memcached-fast-ketama': fast,
  'cache-memcached-perl-rehash': knowing({ reads: ['dead', 'tries'], describes }, firstAliveOf(attemptsOf)),
};

function readFastOptions({ options }: Scenario): CacheMemcachedFastOptions {
  const { ketama_points: ketamaPoints, namespace, hash_namespace: hashNamespace } = options;
  if (hashNamespace !== undefined && !anyFlag(hashNamespace))
    throw new TypeError(`hash_namespace must be 0 or 1, got ${JSON.stringify(hashNamespace)}`);
  return {
    ...(ketamaPoints !== undefined && { ketamaPoints: ketamaPoints as number }),
    ...(Boolean(hashNamespace) && namespace !== undefined && { hashPrefix: namespace as string }),
  };
}

/** `tries` is how often `get` hashes again after the first time. */
function attemptsOf({ nodes, options }: Scenario): Attempts {
  const ring = createRing(nodes, { algorithm: 'cache-memcached' });
  if (options['tries'] === undefined) return (key) => ring.sequence(key);
  const tries = numberOption(options, 'tries');
  const list = repeatedByWeight(nodes.map(({ weight = 1 }) => weight));
  return function* (key) {
    let left = tries + 1;
    for (const value of addedRehash(key)) {
      yield list[value % list.length]!;
      if (--left <= 0) return;
    }
  };
}
