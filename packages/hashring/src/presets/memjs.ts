import type { RingOptions } from '../algorithms/algorithms.ts';
import { memjs as algorithm, type MemjsOptions } from '../algorithms/memjs.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Options of npm memjs's `Client.create`. */
export interface MemjsClientOptions
  extends MemjsOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {}

/** Options that do not change where keys go. */
const IGNORED = [
  'failoverTime',
  'retries',
  'retry_delay',
  'expires',
  'logger',
  'serializer',
  'username',
  'password',
  'timeout',
  'conntimeout',
  'keepAlive',
  'keepAliveDelay',
] as const;

const rules: OptionRules<MemjsClientOptions> = { ...algorithm.options, ...ignoredOptions(IGNORED) };

/**
 * The ring of npm memjs 1.3: `memjs({ failover: true })`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function memjs(options: MemjsClientOptions = {}): RingOptions {
  const { failover } = clientOptions<MemjsClientOptions>('memjs', rules, options);
  return { algorithm: 'memjs', failover };
}
