import type { RingOptions } from '../algorithms/algorithms.ts';
import { type OptionRules, text } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type Switch, switchOption } from './switch-option.ts';

/** Parameters of Perl's `Cache::Memcached->new`, by its own names: none of them changes where keys go. */
export interface CacheMemcachedParameters extends Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** It is sent, but not hashed. */
  readonly namespace?: string;
  /** Stops `set` and `delete` where the server of a key is dead, but not `get`, which asks others all the same. */
  readonly no_rehash?: Switch;
}

const IGNORED = [
  'debug',
  'readonly',
  'compress_threshold',
  'stat_callback',
  'pref_ip',
  'parser_class',
  'connect_timeout',
  'select_timeout',
] as const;

const rules: OptionRules<CacheMemcachedParameters> = {
  ...ignoredOptions(IGNORED),
  namespace: text(),
  no_rehash: switchOption(),
};

/**
 * The ring of Perl's Cache::Memcached 1.30. Its `servers` are the nodes.
 *
 * @throws TypeError for a parameter that it does not have. @throws RangeError for a value that it does not take.
 */
export function cacheMemcached(parameters: CacheMemcachedParameters = {}): RingOptions {
  clientOptions<CacheMemcachedParameters>('cacheMemcached', rules, parameters);
  return { algorithm: 'cache-memcached' };
}
