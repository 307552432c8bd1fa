import type { RingOptions } from '../algorithms/algorithms.ts';
import { dalli as algorithm, type DalliOptions } from '../algorithms/dalli.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { type InWords, snakeCase } from './native-spelling.ts';

/** Options of Ruby's `Dalli::Client.new`, as there, `expires_in`, or in camel case. */
export interface DalliClientOptions extends DalliOptions, Ignored, InWords<Ignored, '_'> {}

type Ignored = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

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

const rules: OptionRules<DalliOptions & Ignored> = { ...algorithm.options, ...ignoredOptions(IGNORED) };
const spelling = snakeCase(Object.keys(rules));

/**
 * The ring of Ruby's dalli 3: `dalli({ namespace: 'app', expires_in: 300 })`. Its weights are those of the nodes. Another
 * `digestClass` than MD5, which shortens long keys, is not offered.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function dalli(options: DalliClientOptions = {}): RingOptions {
  const { namespace, failover } = clientOptions<DalliOptions & Ignored>('dalli', rules, options, spelling);
  return { algorithm: 'dalli', namespace, failover };
}
