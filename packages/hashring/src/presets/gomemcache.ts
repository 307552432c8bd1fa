import type { RingOptions } from '../algorithms/algorithms.ts';
import { type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { spelledBy } from './native-spelling.ts';

/** Fields of Go's `memcache.Client`, as there, `MaxIdleConns`, or in camel case. None of them changes where keys go. */
export type GomemcacheFields = Readonly<Partial<Record<Ignored | Capitalize<Ignored>, unknown>>>;

type Ignored = (typeof IGNORED)[number];

const IGNORED = ['timeout', 'maxIdleConns', 'dialContext', 'dialTimeout'] as const;

const rules: OptionRules<Readonly<Partial<Record<Ignored, unknown>>>> = ignoredOptions(IGNORED);
const spelling = spelledBy(IGNORED, (name) => [name[0]!.toUpperCase() + name.slice(1)]);

/**
 * The ring of Go's bradfitz/gomemcache. The nodes are in the order of `memcache.New` or `ServerList.SetServers`.
 *
 * @throws TypeError for an option that it does not have.
 */
export function gomemcache(options: GomemcacheFields = {}): RingOptions {
  clientOptions('gomemcache', rules, options, spelling);
  return { algorithm: 'gomemcache' };
}
