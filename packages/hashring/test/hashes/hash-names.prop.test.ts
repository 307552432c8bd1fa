import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type CharSignedness, hashKey, type HashName } from '../../src/index.ts';

const names: readonly HashName[] = [
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
  'crc32',
  'crc16',
];
const depending = new Set<HashName>(['one_at_a_time', 'fnv1_64', 'fnv1a_64', 'fnv1_32', 'fnv1a_32', 'hsieh']);
const text = fc.string({
  unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), fc.constant('\uD800')),
});

describe.each(names)('%s', (name) => {
  it('hashes a string, with lone surrogates too, as the bytes that Buffer makes of it', () => {
    fc.assert(
      fc.property(text, fc.constantFrom<CharSignedness>('signed', 'unsigned'), (key, charSignedness) => {
        expect(hashKey(name, key, { charSignedness })).toBe(hashKey(name, Buffer.from(key), { charSignedness }));
      }),
    );
  });

  it('sees no more of the key buffer than the key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 90 }), (key, before) => {
        const value = hashKey(name, key);
        hashKey(name, before);
        expect(hashKey(name, key)).toBe(value);
      }),
    );
  });

  it('depends on the sign of char where bytes of 0x80 or more are added as char, and only there', () => {
    let differ = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xff }), (last) => {
        const key = Uint8Array.of(0x61, 0x62, last);
        const same = hashKey(name, key, { charSignedness: 'unsigned' }) === hashKey(name, key);
        if (!same) differ++;
        expect(same).toBe(!depending.has(name) || last < 0x80);
      }),
    );
    expect(differ > 0).toBe(depending.has(name));
  });
});

describe('the FNV hashes of unsigned char', () => {
  it.each<[HashName, bigint, bigint, boolean]>([
    ['fnv1_32', 0x811c9dc5n, 0x01000193n, false],
    ['fnv1a_32', 0x811c9dc5n, 0x01000193n, true],
    ['fnv1_64', 0xcbf29ce484222325n, 0x100000001b3n, false],
    ['fnv1a_64', 0xcbf29ce484222325n, 0x100000001b3n, true],
  ])('%s is the lower half of what the textbook computes in 64 bits', (name, basis, prime, xorFirst) => {
    fc.assert(
      fc.property(fc.uint8Array(), (key) => {
        let hash = basis;
        for (const byte of key) {
          hash = xorFirst ? (hash ^ BigInt(byte)) * prime : (hash * prime) ^ BigInt(byte);
          hash = BigInt.asUintN(64, hash);
        }
        expect(hashKey(name, key, { charSignedness: 'unsigned' })).toBe(Number(BigInt.asUintN(32, hash)));
      }),
    );
  });
});
