import type { RingOptions } from '../algorithms/algorithms.ts';
import { oneOf, type OptionRule, type OptionRules } from '../algorithms/option-rules.ts';
import { type PeclMemcacheOptions, peclMemcacheOptions } from '../algorithms/pecl-memcache-options.ts';
import { DEFAULT_PORT } from '../labels/host-unless-default-port.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { fromIni } from './ini-value.ts';
import type { NativeSpelling } from './native-spelling.ts';

/** PECL memcache's settings in php.ini, with or without `memcache.` in front, or in camel case. */
export interface PeclOptions
  extends Settings, Readonly<Partial<Record<keyof typeof NATIVE | `memcache.${Native}`, unknown>>> {}

interface Settings extends Omit<PeclMemcacheOptions, 'hash'>, Readonly<Partial<Record<Ignored, unknown>>> {
  /**
   * `memcache.hash_strategy`. The consistent one has only 1,024 places: of 100 servers the busiest gets 2.15 times its
   * share, and of 1,000 some get nothing.
   *
   * @default 'consistent'
   */
  readonly strategy?: 'consistent' | 'standard';
  /** `memcache.hash_function`. @default 'crc32' */
  readonly function?: 'crc32' | 'fnv';
  /** Off: where it is on, `prefix` has the host name behind `memcache.prefix_static_key`. */
  readonly prefix_host_key?: unknown;
  /** 11211: where it is another one, each node needs its port. */
  readonly default_port?: unknown;
}

type Ignored = (typeof IGNORED)[number];
type Native = keyof typeof NATIVE | Ignored | 'prefix_host_key' | 'default_port';

/** Settings that do not change where keys go; `redundancy` only writes to more servers. */
const IGNORED = [
  'prefix_host_key_remove_www',
  'prefix_host_key_remove_subdomain',
  'chunk_size',
  'protocol',
  'redundancy',
  'compress_threshold',
  'lock_timeout',
  'session_redundancy',
  'session_prefix_host_key',
  'session_prefix_host_key_remove_www',
  'session_prefix_host_key_remove_subdomain',
  'session_prefix_static_key',
  'session_save_path',
] as const;

const NATIVE = {
  hash_strategy: 'strategy',
  hash_function: 'function',
  prefix_static_key: 'prefix',
  allow_failover: 'allowFailover',
  max_failover_attempts: 'maxFailoverAttempts',
} as const;

const { hash: hashFunction, ...shared } = peclMemcacheOptions;
const rules: OptionRules<Settings> = {
  strategy: oneOf('consistent', ['consistent', 'standard']),
  function: hashFunction,
  ...shared,
  prefix_host_key: only(false, 'off: give the host name in prefix, behind prefix_static_key'),
  default_port: only(DEFAULT_PORT, `${DEFAULT_PORT}: give each node its port`),
  ...ignoredOptions(IGNORED),
};

function only(value: unknown, expected: string): OptionRule<unknown> {
  return { default: value, expected, accepts: (given) => given === value };
}

const FLAGS = new Set(['allowFailover', 'prefix_host_key']);
const NUMBERS = new Set(['maxFailoverAttempts', 'default_port']);

const own = {
  ...NATIVE,
  ...Object.fromEntries(['prefix_host_key', 'default_port', ...IGNORED].map((name) => [name, name])),
};
const spelling: NativeSpelling = {
  names: { ...NATIVE, ...Object.fromEntries(Object.entries(own).map(([name, ours]) => [`memcache.${name}`, ours])) },
  value: (name, value) => (FLAGS.has(name) ? fromIni.flag(value) : NUMBERS.has(name) ? fromIni.number(value) : value),
};

/**
 * The ring of PHP's `memcache` extension (not `memcached`): `pecl({ hash_strategy: 'standard', hash_function: 'fnv' })`. A
 * unix socket is its absolute path, with or without `unix://`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function pecl(options: PeclOptions = {}): RingOptions {
  const { strategy, function: hash, ...complete } = clientOptions<Settings>('pecl', rules, options, spelling);
  const { prefix, allowFailover, maxFailoverAttempts, charSignedness } = complete;
  const algorithm = `pecl-memcache-${strategy}` as const;
  return { algorithm, hash, prefix, allowFailover, maxFailoverAttempts, charSignedness };
}
