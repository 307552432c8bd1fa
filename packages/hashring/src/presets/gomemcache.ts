import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';

/** Fields of Go's `memcache.Client`, in camel case. None of them changes where keys go. */
export type GomemcacheFields = Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>>;

const IGNORED = ['timeout', 'maxIdleConns'] as const;

const rules: OptionRules<GomemcacheFields> = ignoredOptions(IGNORED);

/**
 * The ring of Go's bradfitz/gomemcache. The nodes are in the order of `memcache.New` or `ServerList.SetServers`.
 *
 * @throws TypeError for an option that it does not have.
 */
export function gomemcache(options: GomemcacheFields = {}): RingOptions {
  completeOptions<GomemcacheFields>('gomemcache', rules, { ...options });
  return { algorithm: 'gomemcache' };
}
