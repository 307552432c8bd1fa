import type { RingOptions } from '../algorithms/algorithms.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type InWords, snakeCase } from './native-spelling.ts';

/** Arguments of Python's `memcache.Client`, as there or in camel case. None of them changes where keys go. */
export interface PythonMemcachedArguments extends Ignored, InWords<Ignored, '_'> {}

type Ignored = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

const IGNORED = [
  'debug',
  'pickleProtocol',
  'pickler',
  'unpickler',
  'compressor',
  'decompressor',
  'pload',
  'pid',
  'serverMaxKeyLength',
  'serverMaxValueLength',
  'deadRetry',
  'socketTimeout',
  'cacheCas',
  'flushOnReconnect',
  'checkKeys',
] as const;

const rules: OptionRules<Ignored> = ignoredOptions(IGNORED);
const spelling = snakeCase(IGNORED);

/**
 * The ring of Python's python-memcached: `pythonMemcached({ dead_retry: 30 })`. Its weights are those of the nodes. After
 * `useOldServerHashFunction()` it is another one.
 *
 * @throws TypeError for an argument that it does not have.
 */
export function pythonMemcached(options: PythonMemcachedArguments = {}): RingOptions {
  clientOptions<Ignored>('pythonMemcached', rules, options, spelling);
  return { algorithm: 'python-memcached' };
}
