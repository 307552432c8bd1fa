import type { RingOptions } from '../algorithms/algorithms.ts';
import { dalli as algorithm, type DalliOptions } from '../algorithms/dalli.ts';
import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Options of Ruby's `Dalli::Client.new`, in camel case. */
export interface DalliClientOptions
  extends DalliOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {}

/** Options that do not change where keys go. */
const IGNORED = [
  'threadsafe',
  'expiresIn',
  'compress',
  'compressor',
  'compressionMinSize',
  'compressionMaxSize',
  'serializer',
  'protocol',
  'cacheNils',
  'raw',
  'valueMaxBytes',
  'errorWhenOverMaxSize',
  'socketTimeout',
  'socketFailureDelay',
  'socketMaxFailures',
  'sndbuf',
  'rcvbuf',
  'keepalive',
  'downRetryDelay',
  'username',
  'password',
  'sslContext',
] as const;

const rules: OptionRules<DalliClientOptions> = { ...algorithm.options, ...ignoredOptions(IGNORED) };

/**
 * The ring of Ruby's dalli 3: `dalli({ namespace: 'app', failover: false })`. Its weights are those of the nodes. Another
 * `digestClass` than MD5, which shortens long keys, is not offered.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function dalli(options: DalliClientOptions = {}): RingOptions {
  const { namespace, failover } = completeOptions<DalliClientOptions>('dalli', rules, { ...options });
  return { algorithm: 'dalli', namespace, failover };
}
