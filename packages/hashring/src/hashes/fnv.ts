import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { bytes, loadKey } from '../keys/key-buffer.ts';
import { CHAR_SHIFTS, type CharSignedness } from './char-signedness.ts';
import type { Hash } from './hash.ts';

const charCodeAt = CHAR_CODE_AT;

const BASIS_32 = 0x811c9dc5;
const PRIME_32 = 0x01000193;
/** The lower halves of the 64-bit constants: the lower half of a product depends on no more. */
const BASIS_64 = 0x84222325;
const PRIME_64 = 0x000001b3;

/** FNV-1 of 32 bits (Fowler, Noll, Vo), each byte taken as `char`. */
export const fnv1of32: Readonly<Record<CharSignedness, Hash>> = both('fnv1_32', fnv1, BASIS_32, PRIME_32);

/** FNV-1a of 32 bits, each byte taken as `char`: also PECL memcache's `fnv`. */
export const fnv1aOf32: Readonly<Record<CharSignedness, Hash>> = both('fnv1a_32', fnv1a, BASIS_32, PRIME_32);

/** The lower 32 bits of FNV-1 of 64 bits, each byte taken as `char`. */
export const fnv1of64: Readonly<Record<CharSignedness, Hash>> = both('fnv1_64', fnv1, BASIS_64, PRIME_64);

/** The lower 32 bits of FNV-1a of 64 bits, each byte taken as `char`: libmemcached cuts off the constants, which is the same. */
export const fnv1aOf64: Readonly<Record<CharSignedness, Hash>> = both('fnv1a_64', fnv1a, BASIS_64, PRIME_64);

type Create = (name: string, charShift: number, basis: number, prime: number) => Hash;

function both(name: string, create: Create, basis: number, prime: number): Readonly<Record<CharSignedness, Hash>> {
  return {
    signed: create(name, CHAR_SHIFTS.signed, basis, prime),
    unsigned: create(`${name} of unsigned char`, CHAR_SHIFTS.unsigned, basis, prime),
  };
}

function fnv1(name: string, charShift: number, basis: number, prime: number): Hash {
  const buffered = (length: number): number => {
    const source = bytes;
    let hash = basis | 0;
    for (let i = 0; i < length; i++) hash = Math.imul(hash, prime) ^ ((source[i]! << charShift) >> charShift);
    return hash;
  };
  return {
    name,
    buffered,
    key(key) {
      if (typeof key !== 'string') return buffered(loadKey(key));
      let hash = basis | 0;
      let seen = 0;
      for (let i = 0; i < key.length; i++) {
        const code = charCodeAt.call(key, i);
        seen |= code;
        hash = Math.imul(hash, prime) ^ code;
      }
      return seen > 0x7f ? buffered(loadKey(key)) : hash;
    },
  };
}

function fnv1a(name: string, charShift: number, basis: number, prime: number): Hash {
  const buffered = (length: number): number => {
    const source = bytes;
    let hash = basis | 0;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ ((source[i]! << charShift) >> charShift), prime);
    return hash;
  };
  return {
    name,
    buffered,
    key(key) {
      if (typeof key !== 'string') return buffered(loadKey(key));
      let hash = basis | 0;
      let seen = 0;
      for (let i = 0; i < key.length; i++) {
        const code = charCodeAt.call(key, i);
        seen |= code;
        hash = Math.imul(hash ^ code, prime);
      }
      return seen > 0x7f ? buffered(loadKey(key)) : hash;
    },
  };
}
