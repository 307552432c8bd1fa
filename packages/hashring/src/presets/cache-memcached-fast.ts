import type { RingOptions } from '../algorithms/algorithms.ts';
import { integer, type OptionRules, text } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type Switch, switchOption } from './switch-option.ts';

/** Parameters of Perl's `Cache::Memcached::Fast->new`, by its own names. */
export interface CacheMemcachedFastParameters extends Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** How many points a server of weight 1 has; with 0 keys go where Cache::Memcached puts them. @default 0 */
  readonly ketama_points?: number;
  /** What is put in front of every key; it is hashed only with `hash_namespace`. @default '' */
  readonly namespace?: string;
  /** @default false */
  readonly hash_namespace?: Switch;
}

/** Parameters that do not change where keys go. */
const IGNORED = [
  'connect_timeout',
  'io_timeout',
  'select_timeout',
  'close_on_error',
  'compress_threshold',
  'compress_ratio',
  'compress_methods',
  'compress_algo',
  'max_failures',
  'failure_timeout',
  'nowait',
  'serialize_methods',
  'utf8',
  'max_size',
  'check_args',
] as const;

const rules: OptionRules<CacheMemcachedFastParameters> = {
  ...ignoredOptions(IGNORED),
  ketama_points: integer(0, 0, 100_000),
  namespace: text(),
  hash_namespace: switchOption(),
};

/**
 * The ring of Perl's Cache::Memcached::Fast 0.28: `cacheMemcachedFast({ ketama_points: 150 })`. Its `servers` are the
 * nodes, and their weights may be fractions.
 *
 * @throws TypeError for a parameter that it does not have. @throws RangeError for a value that it does not take.
 */
export function cacheMemcachedFast(parameters: CacheMemcachedFastParameters = {}): RingOptions {
  const complete = clientOptions<CacheMemcachedFastParameters>('cacheMemcachedFast', rules, parameters);
  const { ketama_points: ketamaPoints, namespace, hash_namespace: hashNamespace } = complete;
  return { algorithm: 'cache-memcached-fast', ketamaPoints, hashPrefix: hashNamespace ? namespace : '' };
}
