import type { RingOptions } from '../algorithms/algorithms.ts';
import { flag, type OptionRule, type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';

/** What nginx's directive `hash key [consistent]` says. */
export interface NginxOptions {
  /** Whether the directive has the word `consistent`. @default false */
  readonly consistent?: boolean;
  /** The same as it is written: `$memcached_key consistent`. @default none */
  readonly hash?: string;
}

const directive: OptionRule<string> = {
  default: '',
  expected: 'the key of the directive and perhaps the word consistent, as "$memcached_key consistent"',
  accepts: (value) => typeof value === 'string' && /^(?:\S+(?: +consistent)?;?)?$/.test(value),
};

const rules: OptionRules<NginxOptions> = { consistent: flag(false), hash: directive };

/**
 * The ring of nginx's `hash` in an `upstream`: `nginx({ hash: '$memcached_key consistent' })`. Keys are what the
 * directive's variables make, such as `$memcached_key`. Nodes need the port that the configuration writes behind them;
 * where it writes none, give the text of `server` as `label`, for nginx then hashes no port.
 *
 * @throws TypeError for an option that it does not have, and where both are given. @throws RangeError for a value that it
 * does not take.
 */
export function nginx(options: NginxOptions = {}): RingOptions {
  const { consistent, hash } = clientOptions<NginxOptions>('nginx', rules, options);
  if (hash !== '' && options.consistent !== undefined)
    throw new TypeError('nginx has both "hash" and "consistent", which say the same: leave one out');
  return { algorithm: consistent || / consistent;?$/.test(hash) ? 'nginx-consistent' : 'nginx-hash' };
}
