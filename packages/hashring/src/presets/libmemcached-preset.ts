import type { RingOptions } from '../algorithms/algorithms.ts';
import { flag, oneOf, type OptionRule, type OptionRules } from '../algorithms/option-rules.ts';
import type { CharSignedness } from '../hashes/char-signedness.ts';
import { LIBHASHKIT_NAMES, type LibhashkitName } from '../hashes/hash-names.ts';
import { clientOptions, inOurSpelling } from './client-options.ts';
import { initialState, type LibmemcachedState, ringOptionsOf } from './libmemcached-state.ts';
import type { NativeSpelling } from './native-spelling.ts';

/** What a preset of a client with libmemcached is told beside the options of that client. */
export interface LibmemcachedPresetOptions {
  /**
   * Whether the servers had been added before these options were set. Then a consistent distribution that is not
   * weighted ignores weights, where otherwise any weight above 1 silently switches it to weighted points made with md5;
   * and a hash that is set after the distribution is that of the keys, but not of the points.
   *
   * @default false
   */
  readonly setAfterServers?: boolean;
  /**
   * Whether the client was compiled where `char` is signed, as on x86, or unsigned, as on ARM Linux: two machines with the
   * same configuration disagree on keys with a byte of 0x80 or more, except with md5, crc, murmur and jenkins.
   *
   * @default 'signed'
   */
  readonly charSignedness?: CharSignedness;
}

/** A hash as clients with libmemcached name it: `default` is one_at_a_time. */
export type LibmemcachedHashName = 'default' | Exclude<LibhashkitName, 'one_at_a_time'>;

/** The rule of a client's hash: all of libhashkit's, but those that the client lacks. */
export function hashRule<const Lacking extends LibmemcachedHashName = never>(
  lacking: readonly Lacking[] = [],
): OptionRule<Exclude<LibmemcachedHashName, Lacking>> {
  const names = ['default', ...LIBHASHKIT_NAMES].filter(
    (name) => name !== 'one_at_a_time' && !lacking.includes(name as Lacking),
  );
  const rule = oneOf('default', names) as OptionRule<Exclude<LibmemcachedHashName, Lacking>>;
  if (!lacking.includes('hsieh' as Lacking)) return rule;
  return { ...rule, expected: `${rule.expected} (${WITHOUT_HSIEH})` };
}

const WITHOUT_HSIEH =
  "setting hsieh fails with Debian's libmemcached and keeps the hash there was; for one built with it there is the preset libmemcached";

/** The options of a client with libmemcached, and what setting them does. */
export interface LibmemcachedPreset<Options extends object> {
  readonly name: string;
  readonly rules: OptionRules<Options>;
  readonly spelling?: NativeSpelling;
  /** Options that do not change where keys go have none. */
  readonly setters: { readonly [Name in keyof Options]?: Setter<Exclude<Options[Name], undefined>> };
  /** In which order the client sets its options, whatever the order they are given in. @default as they are given */
  readonly order?: readonly (keyof Options & string)[];
}

type Setter<Value> = (state: LibmemcachedState, value: Value) => void;

/** The rules of {@link LibmemcachedPresetOptions}. */
export const libmemcachedPresetRules: OptionRules<LibmemcachedPresetOptions> = {
  setAfterServers: flag(false),
  charSignedness: oneOf('signed', ['signed', 'unsigned']),
};

/**
 * Sets options one after another, as the client does, and says which ring comes of it.
 *
 * @throws TypeError for an option that the client does not have. @throws RangeError for a value that it does not take.
 */
export function followPreset<Options extends LibmemcachedPresetOptions>(
  { name, rules, spelling, setters, order }: LibmemcachedPreset<Options>,
  options: unknown,
): RingOptions {
  const given = inOurSpelling(name, rules, options, spelling);
  const complete = clientOptions<Options>(name, rules, given);
  const state = initialState();
  for (const option of order ?? (Object.keys(given) as (keyof Options & string)[])) {
    if (given[option] === undefined) continue;
    setters[option]?.(state, complete[option] as Exclude<Options[keyof Options & string], undefined>);
  }
  const { setAfterServers, charSignedness } = complete as Required<LibmemcachedPresetOptions>;
  return ringOptionsOf(state, { setAfterServers, charSignedness });
}

/** The setter of `MEMCACHED_BEHAVIOR_HASH`: keys change at once, points only when they are made again. */
export function setHash(state: LibmemcachedState, hash: LibmemcachedHashName): void {
  state.hash = hash === 'default' ? 'one_at_a_time' : hash;
}
