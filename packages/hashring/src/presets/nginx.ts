import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, flag, type OptionRules } from '../algorithms/option-rules.ts';

/** What nginx's directive `hash key [consistent]` says. */
export interface NginxOptions {
  /** Whether the directive has the word `consistent`. @default false */
  readonly consistent?: boolean;
}

const rules: OptionRules<NginxOptions> = { consistent: flag(false) };

/**
 * The ring of nginx's `hash` in an `upstream`: `nginx({ consistent: true })`. Keys are what the directive's variables
 * make, such as `$memcached_key`. Nodes need the port that the configuration writes behind them; where it writes none, give
 * the text of `server` as `label`, for nginx then hashes no port.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function nginx(options: NginxOptions = {}): RingOptions {
  const { consistent } = completeOptions<NginxOptions>('nginx', rules, { ...options });
  return { algorithm: consistent ? 'nginx-consistent' : 'nginx-hash' };
}
