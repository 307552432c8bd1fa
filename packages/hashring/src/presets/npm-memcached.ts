import type { RingOptions } from '../algorithms/algorithms.ts';
import { npmMemcached as algorithm, type NpmMemcachedOptions } from '../algorithms/npm-memcached.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Options of npm's `new Memcached(servers, options)`. */
export interface NpmMemcachedClientOptions
  extends Omit<NpmMemcachedOptions, 'hash'>, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** @default 'md5' */
  readonly algorithm?: 'md5' | 'sha1' | 'sha256';
}

/** Options that do not change where keys go. `redundancy` is not among them: it calls a function that is not there. */
const IGNORED = [
  'maxKeySize',
  'maxExpiration',
  'maxValue',
  'activeQueries',
  'maxQueueSize',
  'poolSize',
  'retries',
  'factor',
  'minTimeout',
  'maxTimeout',
  'randomize',
  'reconnect',
  'timeout',
  'failures',
  'failuresTimeout',
  'retry',
  'idle',
  'keyCompression',
  'debug',
] as const;

const { hash, ...shared } = algorithm.options;
const rules: OptionRules<NpmMemcachedClientOptions> = { algorithm: hash, ...shared, ...ignoredOptions(IGNORED) };

/**
 * The ring of npm memcached 2.2: `npmMemcached({ namespace: 'app:', remove: true })`. Keys of more than 250 characters and
 * such with `$$` or `$&` it keeps under another key: see `npmMemcachedWireKey`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function npmMemcached(options: NpmMemcachedClientOptions = {}): RingOptions {
  const given = clientOptions<NpmMemcachedClientOptions>('npmMemcached', rules, options);
  const { algorithm: digest, compatibility, namespace, remove } = given;
  return { algorithm: 'npm-memcached', hash: digest, compatibility, namespace, remove };
}
