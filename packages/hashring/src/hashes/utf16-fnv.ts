import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { keyText } from '../keys/key-text.ts';
import type { RingKey } from '../ring/ring.ts';

const charCodeAt = CHAR_CODE_AT;

const BASIS_32 = 0x811c9dc5;
const PRIME_32 = 0x01000193;
/** The lower halves of the 64-bit constants: the lower half of a product depends on no more. */
const BASIS_64 = 0x84222325;
const PRIME_64 = 0x000001b3;

/** Spymemcached's `FNV1_32_HASH`: FNV-1 of 32 bits over UTF-16 units, each added as a whole. */
export const utf16Fnv1of32: (key: RingKey) => number = fnv1(BASIS_32, PRIME_32);

/** Spymemcached's `FNV1A_32_HASH`. */
export const utf16Fnv1aOf32: (key: RingKey) => number = fnv1a(BASIS_32, PRIME_32);

/** Spymemcached's `FNV1_64_HASH`: the lower 32 bits of FNV-1 of 64 bits over UTF-16 units. */
export const utf16Fnv1of64: (key: RingKey) => number = fnv1(BASIS_64, PRIME_64);

/** Spymemcached's `FNV1A_64_HASH`. */
export const utf16Fnv1aOf64: (key: RingKey) => number = fnv1a(BASIS_64, PRIME_64);

function fnv1(basis: number, prime: number): (key: RingKey) => number {
  return (key) => {
    const text = keyText(key);
    let hash = basis | 0;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash, prime) ^ charCodeAt.call(text, i);
    return hash;
  };
}

function fnv1a(basis: number, prime: number): (key: RingKey) => number {
  return (key) => {
    const text = keyText(key);
    let hash = basis | 0;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ charCodeAt.call(text, i), prime);
    return hash;
  };
}
