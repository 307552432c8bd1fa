import type { CharSignedness } from '../hashes/char-signedness.ts';
import { hashNamed, type LibhashkitName, LIBHASHKIT_NAMES } from '../hashes/hash-names.ts';
import { loadPrefixed } from '../keys/prefix.ts';
import type { RingKey } from '../ring/ring.ts';
import { flag, oneOf, type OptionRules, text } from './option-rules.ts';

/** Options that every algorithm of libmemcached has. */
export interface LibmemcachedOptions {
  /**
   * What keys are hashed with: `MEMCACHED_BEHAVIOR_HASH`, php-memcached's `OPT_HASH`. `hsieh` is not in Debian's build,
   * where setting it fails, and `murmur3` is offered by the C API only.
   *
   * @default 'md5' for `ketama`, 'one_at_a_time' for the others
   */
  readonly hash?: LibhashkitName;
  /**
   * A prefix that is hashed in front of every key: `OPT_PREFIX_KEY` where `OPT_HASH_WITH_PREFIX_KEY` is on. Leave it
   * out where that is off, as it is by default: then the prefix is sent, but not hashed. Where prefix and key have more
   * than 250 bytes together, libmemcached takes 0 for their hash.
   *
   * @default ''
   */
  readonly hashPrefix?: string;
  /** Whether `OPT_SORT_HOSTS` is on: nodes are sorted by host, then port. @default false */
  readonly sortHosts?: boolean;
  /**
   * Whether the client was compiled where `char` is signed, as on x86, or unsigned, as on ARM Linux. It decides where
   * keys with a byte of 0x80 or more go, except with `md5`, `crc`, `murmur`, `murmur3` and `jenkins`: an x86 and an
   * ARM machine with the same configuration disagree on those keys.
   *
   * @default 'signed'
   */
  readonly charSignedness?: CharSignedness;
}

/** The rules of the options that all have in common. */
export function libmemcachedRules(hash: LibhashkitName): OptionRules<LibmemcachedOptions> {
  return {
    hash: oneOf(hash, LIBHASHKIT_NAMES),
    hashPrefix: text(),
    sortHosts: flag(false),
    charSignedness: oneOf('signed', ['signed', 'unsigned']),
  };
}

/** How keys are hashed. */
export interface KeyHash {
  readonly hash: (key: RingKey) => number;
  readonly hashId: string;
  readonly hashBits: number;
}

/** The longest key that libmemcached hashes with a prefix: `MEMCACHED_MAX_KEY` without the zero at its end. */
const MAX_PREFIXED = 250;

/** How libmemcached hashes keys, given its options. */
export function libmemcachedKeyHash({ hash, hashPrefix, charSignedness }: Required<LibmemcachedOptions>): KeyHash {
  const { key, buffered, name, bits = 32 } = hashNamed(hash, charSignedness);
  if (hashPrefix === '') return { hash: key, hashId: name, hashBits: bits };
  const prefix = new TextEncoder().encode(hashPrefix);
  return {
    hash(each) {
      const length = loadPrefixed(prefix, each);
      return length > MAX_PREFIXED ? 0 : buffered(length);
    },
    hashId: `${name} after ${JSON.stringify(hashPrefix)}`,
    hashBits: bits,
  };
}
