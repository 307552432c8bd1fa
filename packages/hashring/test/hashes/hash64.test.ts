import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { half, type Hash64 } from '../../src/hashes/hash64.ts';
import { murmur64a, rehash64a } from '../../src/hashes/murmur64a.ts';
import { murmur64b } from '../../src/hashes/murmur64b.ts';
import { siphash24, siphash24Keyed } from '../../src/hashes/siphash24.ts';
import { spooky32Buffered } from '../../src/hashes/spooky32.ts';
import { loadKey } from '../../src/keys/key-buffer.ts';
import type { RingKey } from '../../src/ring/ring.ts';
import { siphash24Reference } from './siphash24-reference.ts';
import { verificationValue } from './verification.ts';

const result = (): bigint => (BigInt(half[1]! >>> 0) << 32n) | BigInt(half[0]! >>> 0);

function seeded({ buffered }: Hash64): (key: RingKey, seed: number) => bigint {
  return (key, seed) => {
    buffered(loadKey(key), seed);
    return result();
  };
}

function unseeded(hash: Hash64, key: RingKey): bigint {
  hash.key(key);
  return result();
}

describe('the verification values of SMHasher', () => {
  it('are those of MurmurHash64A', () => {
    expect(verificationValue(8, seeded(murmur64a))).toBe(0x1f0d3804);
  });

  it('are those of MurmurHash64B', () => {
    expect(verificationValue(8, seeded(murmur64b))).toBe(0xdd537c05);
  });

  it('are those of SpookyHash V2', () => {
    const spooky = (key: Uint8Array, seed: number): bigint => BigInt(spooky32Buffered(loadKey(key), seed) >>> 0);
    expect(verificationValue(4, spooky)).toBe(0xa48be265);
  });
});

describe.each([murmur64a, murmur64b, siphash24])('$name', (hash) => {
  it('hashes a key with seed 0, and a string as its UTF-8 bytes', () => {
    const key = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }));
    fc.assert(
      fc.property(key, (text) => {
        const expected = seeded(hash)(Buffer.from(text), 0);
        expect(unseeded(hash, text)).toBe(expected);
        expect(unseeded(hash, new TextEncoder().encode(text))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['\u0080', 'ÿ', 'abcdefgé', 'abcdefghé', 'abcdefghijké', 'abcdefghijklé', '\ud800'])(
    'hashes %o as its UTF-8 bytes',
    (text) => {
      expect(unseeded(hash, text)).toBe(seeded(hash)(Buffer.from(text), 0));
    },
  );

  it('does not read what lies behind the key', () => {
    const expected = unseeded(hash, 'abcdefghi');
    loadKey('~'.repeat(100));
    expect(unseeded(hash, 'abcdefghi')).toBe(expected);
    expect(unseeded(hash, Buffer.from('abcdefghi'))).toBe(expected);
  });
});

describe('murmur64a', () => {
  it('gives the published values with the seed of mcrouter', () => {
    expect(seeded(murmur64a)('a', 4_193_360_111).toString(16)).toBe('3d6961c699914c7b');
  });

  it('hashes its own result again as eight bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.nat(), (bytes, seed) => {
        const words = new Int32Array(bytes.slice().buffer);
        half.set(words);
        rehash64a(seed);
        const rehashed = result();
        expect(rehashed).toBe(seeded(murmur64a)(bytes, seed));
      }),
    );
  });
});

describe('siphash24', () => {
  it('is SipHash-2-4 with any first key word', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer(), fc.integer(), (bytes, low, high) => {
        siphash24Keyed(loadKey(bytes), low, high);
        const key = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
        expect(result()).toBe(siphash24Reference(bytes, key, 0n));
      }),
      { numRuns: 300 },
    );
  });

  it('is checked against a reference that gives the value of its paper', () => {
    const message = Uint8Array.from({ length: 15 }, (_, index) => index);
    expect(siphash24Reference(message, 0x0706050403020100n, 0x0f0e0d0c0b0a0908n)).toBe(0xa129ca6149be45e5n);
  });
});
