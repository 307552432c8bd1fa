import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Arguments of Python's `pymemcache.HashClient`, in camel case. None of them changes where keys go. */
export type PymemcacheArguments = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

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

const rules: OptionRules<PymemcacheArguments> = ignoredOptions(IGNORED);

/**
 * The ring of Python's pymemcache `HashClient` with its own hasher: `pymemcache({ usePooling: true })`.
 *
 * @throws TypeError for an argument that it does not have.
 */
export function pymemcache(options: PymemcacheArguments = {}): RingOptions {
  completeOptions<PymemcacheArguments>('pymemcache', rules, { ...options });
  return { algorithm: 'pymemcache' };
}
