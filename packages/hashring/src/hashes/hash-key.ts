import type { RingKey } from '../ring/ring.ts';
import type { CharSignedness } from './char-signedness.ts';
import { type HashName, hashNamed } from './hash-names.ts';

/** Options of {@link hashKey}. */
export interface HashKeyOptions {
  /** What the client was compiled for: x86 has signed `char`, ARM Linux unsigned. @default 'signed' */
  readonly charSignedness?: CharSignedness;
}

/**
 * Hashes a key as libmemcached (libhashkit 1.1.4), php-memcached, pylibmc and twemproxy do.
 *
 * @returns an unsigned 32-bit integer.
 * @throws RangeError for a hash or a signedness that is not known. @throws TypeError for a key that is neither a string nor bytes.
 */
export function hashKey(name: HashName, key: RingKey, { charSignedness = 'signed' }: HashKeyOptions = {}): number {
  if (charSignedness !== 'signed' && charSignedness !== 'unsigned') {
    throw new RangeError(`charSignedness must be signed or unsigned, got ${JSON.stringify(charSignedness)}`);
  }
  return hashNamed(name, charSignedness).key(key) >>> 0;
}
