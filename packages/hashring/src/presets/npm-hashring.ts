import type { RingOptions } from '../algorithms/algorithms.ts';
import { npmHashring as algorithm } from '../algorithms/npm-hashring.ts';
import { oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type InWords, spelledBy, words } from './native-spelling.ts';

/** Arguments of npm's `new HashRing(servers, algorithm, options)`, as there, `'vnode count'`, or in camel case. */
export interface HashringArguments extends Settings, InWords<Settings, ' '> {}

interface Settings {
  /** @default 'md5' */
  readonly algorithm?: 'md5' | 'sha1' | 'sha256';
  /** `vnode count`. @default 40 */
  readonly vnodeCount?: number;
  /** `default port`, which labels leave out. @default 0 for none */
  readonly defaultPort?: number;
  /** Overrides `replicas`: 3 with `hash_ring`, 4 with `ketama`. It does not set the default port. @default 'none' */
  readonly compatibility?: 'none' | 'ketama' | 'hash_ring';
  /** How many points a digest gives. @default 4 */
  readonly replicas?: number;
  /** `max cache size`: of no say in where keys go. */
  readonly maxCacheSize?: unknown;
}

const { hash, vnodeCount, replicas, defaultPort } = algorithm.options;
const rules: OptionRules<Settings> = {
  algorithm: hash,
  vnodeCount,
  defaultPort,
  compatibility: oneOf('none', ['none', 'ketama', 'hash_ring']),
  replicas,
  ...ignoredOptions(['maxCacheSize']),
};
const spelling = spelledBy(Object.keys(rules), (name) => [words(name, ' ')]);

/** How many points a digest gives. */
const COMPATIBLE_REPLICAS = { ketama: 4, hash_ring: 3 };

/**
 * The ring of npm hashring 3.2: `npmHashring({ compatibility: 'ketama', 'default port': 11211 })`. In spite of that option it
 * is not quite libmemcached's: with 7, 14, 25 or 28 equal servers nearly 3 % of the keys are on another one.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function npmHashring(options: HashringArguments = {}): RingOptions {
  const given = clientOptions<Settings>('npmHashring', rules, options, spelling);
  const { compatibility } = given;
  return {
    algorithm: 'npm-hashring',
    hash: given.algorithm,
    vnodeCount: given.vnodeCount,
    replicas: compatibility === 'none' ? given.replicas : COMPATIBLE_REPLICAS[compatibility],
    defaultPort: given.defaultPort,
  };
}
