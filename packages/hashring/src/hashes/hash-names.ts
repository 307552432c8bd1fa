import type { CharSignedness } from './char-signedness.ts';
import { crc } from './crc.ts';
import { crc16 } from './crc16.ts';
import { crc32 } from './crc32.ts';
import { fnv1aOf32, fnv1aOf64, fnv1of32, fnv1of64 } from './fnv.ts';
import type { Hash } from './hash.ts';
import { hsieh } from './hsieh.ts';
import { jenkins } from './jenkins.ts';
import { md5 } from './md5.ts';
import { murmur2 } from './murmur2.ts';
import { murmur3 } from './murmur3.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** The names of libhashkit's hashes. */
export const LIBHASHKIT_NAMES = [
  'one_at_a_time',
  'md5',
  'crc',
  'fnv1_64',
  'fnv1a_64',
  'fnv1_32',
  'fnv1a_32',
  'hsieh',
  'murmur',
  'jenkins',
  'murmur3',
] as const;

/**
 * The hashes of libhashkit, the library under libmemcached and php-memcached. `one_at_a_time` is its default, `crc` has
 * 15 bits, and `hsieh` is not in Debian's build. `murmur3` is offered by its C API only.
 */
export type LibhashkitName = (typeof LIBHASHKIT_NAMES)[number];

/** Every hash of keys that memcached clients and proxies share: libhashkit's, the whole CRC-32, and twemproxy's `crc16`. */
export type HashName = LibhashkitName | 'crc32' | 'crc16';

const hashes: { readonly [Name in HashName]: Hash | Readonly<Record<CharSignedness, Hash>> } = {
  one_at_a_time: oneAtATime,
  md5,
  crc,
  fnv1_64: fnv1of64,
  fnv1a_64: fnv1aOf64,
  fnv1_32: fnv1of32,
  fnv1a_32: fnv1aOf32,
  hsieh,
  murmur: murmur2,
  jenkins,
  murmur3,
  crc32,
  crc16,
};

/**
 * A hash by name.
 *
 * @param charSignedness what counts only for `one_at_a_time`, the four `fnv` and `hsieh`. @default 'signed'
 * @throws RangeError for a name that is not known.
 */
export function hashNamed(name: HashName, charSignedness: CharSignedness = 'signed'): Hash {
  if (!Object.hasOwn(hashes, name)) {
    throw new RangeError(`hash must be one of ${Object.keys(hashes).join(', ')}, got ${JSON.stringify(name)}`);
  }
  const hash = hashes[name];
  return 'signed' in hash ? hash[charSignedness] : hash;
}
