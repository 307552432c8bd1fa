import type { RingOptions } from '../algorithms/algorithms.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type InWords, snakeCase } from './native-spelling.ts';

/** Arguments of Python's `pymemcache.HashClient`, as there or in camel case. None of them changes where keys go. */
export interface PymemcacheArguments extends Ignored, InWords<Ignored, '_'> {}

type Ignored = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

/** `hasher` is not among them: another one is another ring. `key_prefix` is sent, but not hashed. */
const IGNORED = [
  'serde',
  'serializer',
  'deserializer',
  'connectTimeout',
  'timeout',
  'noDelay',
  'socketModule',
  'socketKeepalive',
  'keyPrefix',
  'maxPoolSize',
  'poolIdleTimeout',
  'lockGenerator',
  'retryAttempts',
  'retryTimeout',
  'deadTimeout',
  'usePooling',
  'ignoreExc',
  'allowUnicodeKeys',
  'defaultNoreply',
  'encoding',
  'tlsContext',
] as const;

const rules: OptionRules<Ignored> = ignoredOptions(IGNORED);
const spelling = snakeCase(IGNORED);

/**
 * The ring of Python's pymemcache `HashClient` with its own hasher: `pymemcache({ use_pooling: true })`.
 *
 * @throws TypeError for an argument that it does not have.
 */
export function pymemcache(options: PymemcacheArguments = {}): RingOptions {
  clientOptions<Ignored>('pymemcache', rules, options, spelling);
  return { algorithm: 'pymemcache' };
}
