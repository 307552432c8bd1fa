import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { utf16Fnv1aOf32, utf16Fnv1aOf64, utf16Fnv1of32, utf16Fnv1of64 } from '../../src/hashes/utf16-fnv.ts';

/** FNV as spymemcached computes it: in 64 bits, of which it keeps the lower half at the end. */
function reference(text: string, basis: bigint, prime: bigint, xorFirst: boolean): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    const unit = BigInt(text.charCodeAt(i));
    hash = xorFirst ? (hash ^ unit) * prime : (hash * prime) ^ unit;
    hash = BigInt.asUintN(64, hash);
  }
  return Number(BigInt.asIntN(32, hash));
}

describe.each([
  ['FNV1_32_HASH', utf16Fnv1of32, 0x811c9dc5n, 0x01000193n, false],
  ['FNV1A_32_HASH', utf16Fnv1aOf32, 0x811c9dc5n, 0x01000193n, true],
  ['FNV1_64_HASH', utf16Fnv1of64, 0xcbf29ce484222325n, 0x100000001b3n, false],
  ['FNV1A_64_HASH', utf16Fnv1aOf64, 0xcbf29ce484222325n, 0x100000001b3n, true],
] as const)('%s', (_name, hash, basis, prime, xorFirst) => {
  it('is the lower half of 64-bit arithmetic over UTF-16 units', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(hash(text)).toBe(reference(text, basis, prime, xorFirst));
      }),
    );
  });
});
