import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Arguments of Python's `memcache.Client`, in camel case. None of them changes where keys go. */
export type PythonMemcachedArguments = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

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

const rules: OptionRules<PythonMemcachedArguments> = ignoredOptions(IGNORED);

/**
 * The ring of Python's python-memcached: `pythonMemcached({ deadRetry: 30 })`. Its weights are those of the nodes. After
 * `useOldServerHashFunction()` it is another one.
 *
 * @throws TypeError for an argument that it does not have.
 */
export function pythonMemcached(options: PythonMemcachedArguments = {}): RingOptions {
  completeOptions<PythonMemcachedArguments>('pythonMemcached', rules, { ...options });
  return { algorithm: 'python-memcached' };
}
