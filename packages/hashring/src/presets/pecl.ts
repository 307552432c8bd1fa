import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import { type PeclMemcacheOptions, peclMemcacheOptions } from '../algorithms/pecl-memcache-options.ts';

/** PECL memcache's settings in php.ini, without `memcache.`. */
export interface PeclOptions extends Omit<PeclMemcacheOptions, 'hash'> {
  /**
   * `memcache.hash_strategy`. The consistent one has only 1,024 places: of 100 servers the busiest gets 2.15 times its
   * share, and of 1,000 some get nothing.
   *
   * @default 'consistent'
   */
  readonly strategy?: 'consistent' | 'standard';
  /** `memcache.hash_function`. @default 'crc32' */
  readonly function?: 'crc32' | 'fnv';
}

const { hash: hashFunction, ...shared } = peclMemcacheOptions;
const rules: OptionRules<PeclOptions> = {
  strategy: oneOf('consistent', ['consistent', 'standard']),
  function: hashFunction,
  ...shared,
};

/**
 * The ring of PHP's `memcache` extension (not `memcached`): `pecl({ strategy: 'standard', function: 'fnv' })`. A unix
 * socket is its absolute path, with or without `unix://`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function pecl(options: PeclOptions = {}): RingOptions {
  const { strategy, function: hash, ...rest } = completeOptions<PeclOptions>('pecl', rules, { ...options });
  return { algorithm: `pecl-memcache-${strategy}`, hash, ...rest };
}
