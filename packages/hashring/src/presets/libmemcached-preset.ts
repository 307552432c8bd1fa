import type { RingOptions } from '../algorithms/algorithms.ts';
import { completeOptions, flag, oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import type { CharSignedness } from '../hashes/char-signedness.ts';
import type { LibhashkitName } from '../hashes/hash-names.ts';
import { initialState, type LibmemcachedState, ringOptionsOf } from './libmemcached-state.ts';

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

/** A hash as clients with libmemcached name it: `default` is one_at_a_time, `hsieh` is not in Debian's build. */
export type LibmemcachedHashName = 'default' | Exclude<LibhashkitName, 'one_at_a_time'>;

/** The options of a client with libmemcached, and what setting them does. */
export interface LibmemcachedPreset<Options extends object> {
  readonly name: string;
  readonly rules: OptionRules<Options>;
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
  { name, rules, setters, order }: LibmemcachedPreset<Options>,
  options: Options,
): RingOptions {
  const given = options as Readonly<Record<string, unknown>>;
  const complete = completeOptions<Options>(name, rules, { ...given });
  const state = initialState();
  for (const option of order ?? (Object.keys(given) as (keyof Options & string)[])) {
    if (given[option] === undefined || given[option] === null) continue;
    setters[option]?.(state, complete[option] as Exclude<Options[keyof Options & string], undefined>);
  }
  const { setAfterServers, charSignedness } = complete as Required<LibmemcachedPresetOptions>;
  return ringOptionsOf(state, { setAfterServers, charSignedness });
}

/** The setter of `MEMCACHED_BEHAVIOR_HASH`: keys change at once, points only when they are made again. */
export function setHash(state: LibmemcachedState, hash: LibmemcachedHashName): void {
  state.hash = hash === 'default' ? 'one_at_a_time' : hash;
}
