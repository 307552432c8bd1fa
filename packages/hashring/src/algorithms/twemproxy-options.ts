import type { CharSignedness } from '../hashes/char-signedness.ts';
import { type HashName, hashNamed } from '../hashes/hash-names.ts';
import { loadTagged } from '../keys/hash-tag.ts';
import { checkKey } from '../keys/check-key.ts';
import type { RingKey } from '../ring/ring.ts';
import { flag, oneOf, type OptionRules } from './option-rules.ts';

/** A hash in twemproxy's words: `crc32` has 15 bits, `crc32a` is the whole CRC-32, `crc16` is not cut to 16 bits. */
export type TwemproxyHash =
  | 'one_at_a_time'
  | 'md5'
  | 'crc16'
  | 'crc32'
  | 'crc32a'
  | 'fnv1_64'
  | 'fnv1a_64'
  | 'fnv1_32'
  | 'fnv1a_32'
  | 'hsieh'
  | 'murmur'
  | 'jenkins';

/** twemproxy's hashes by the names that it has for them, and what they are called elsewhere. */
const HASHES: Readonly<Record<TwemproxyHash, HashName>> = {
  one_at_a_time: 'one_at_a_time',
  md5: 'md5',
  crc16: 'crc16',
  crc32: 'crc',
  crc32a: 'crc32',
  fnv1_64: 'fnv1_64',
  fnv1a_64: 'fnv1a_64',
  fnv1_32: 'fnv1_32',
  fnv1a_32: 'fnv1a_32',
  hsieh: 'hsieh',
  murmur: 'murmur',
  jenkins: 'jenkins',
};

/** Options of `twemproxy-ketama` and `twemproxy-modula`. */
export interface TwemproxyOptions {
  /**
   * What keys are hashed with. `crc32` is no hash for `ketama`: its 15 bits reach a 131,072th of the circle, and of 10
   * servers, or of 100, one gets every key. `fnv1_64` leaves 313 of 1,000 servers without any of the keys `key:0` to
   * `key:99999`, and gives the busiest of 100 servers 2.6 times its share.
   *
   * @default 'fnv1a_64'
   */
  readonly hash?: TwemproxyHash;
  /**
   * Two characters, as in `hash_tag: "{}"`: of a key that has both, only what is between them is hashed, unless that is
   * nothing.
   *
   * @default '', which hashes the whole of every key
   */
  readonly hashTag?: string;
  /**
   * What twemproxy was compiled for: x86 has signed `char`, ARM Linux unsigned. Matters to keys that are not ASCII, under
   * `one_at_a_time`, `hsieh` and the four `fnv`, also the default.
   *
   * @default 'signed'
   */
  readonly charSignedness?: CharSignedness;
  /**
   * `auto_eject_hosts`: whether `sequence` goes on where the owner of a key is dead, on the ring of the others. Without it
   * twemproxy knows no second server, and says so to its clients; `eject` answers in both cases.
   *
   * @default true
   */
  readonly autoEjectHosts?: boolean;
}

/** The rules of {@link TwemproxyOptions}. */
export const twemproxyOptions: OptionRules<TwemproxyOptions> = {
  hash: oneOf('fnv1a_64', Object.keys(HASHES) as TwemproxyHash[]),
  hashTag: {
    default: '',
    expected: 'two characters, as "{}"',
    accepts: (value) => typeof value === 'string' && (value === '' || Buffer.byteLength(value) === 2),
  },
  charSignedness: oneOf('signed', ['signed', 'unsigned']),
  autoEjectHosts: flag(true),
};

/** What both distributions have in common. */
export interface TwemproxyParts {
  readonly hash: (key: RingKey) => number;
  readonly hashId: string;
  readonly hashBits: number;
  /** Stays with the owner where nothing is ejected. */
  readonly failover?: (key: RingKey, pick: (hash: number) => number) => Iterable<number>;
}

/** The parts that the options ask for. An empty key counts as 0, whatever the hash. */
export function twemproxyParts(options: Required<TwemproxyOptions>): TwemproxyParts {
  const { hashTag, charSignedness, autoEjectHosts } = options;
  const { key: hashKey, buffered, bits = 32, name } = hashNamed(HASHES[options.hash], charSignedness);
  const tag = new TextEncoder().encode(hashTag);
  const hash =
    hashTag === ''
      ? (key: RingKey) => (isEmpty(key) ? 0 : hashKey(key))
      : (key: RingKey) => (isEmpty(key) ? 0 : buffered(loadTagged(tag, key)));
  return {
    hash,
    hashId: hashTag === '' ? name : `${name} between ${hashTag}`,
    hashBits: bits,
    ...(!autoEjectHosts && { failover: (key: RingKey, pick: (value: number) => number) => [pick(hash(key))] }),
  };
}

function isEmpty(key: RingKey): boolean {
  if (typeof key !== 'string') checkKey(key);
  return key.length === 0;
}
