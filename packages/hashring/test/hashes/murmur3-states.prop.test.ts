import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { murmur3States } from '../../src/hashes/murmur3-states.ts';
import { loadCodePoints } from '../../src/keys/code-points.ts';

const MASK = 0xffffffffn;

/** Python's integers have no end, and pymemcache cuts them off in few places: rotations, the finish, not the fourth character. */
function unbounded(text: string): number {
  const codes = Array.from(text, (character) => BigInt(character.codePointAt(0)!));
  const scramble = (block: bigint): bigint => {
    const product = block * 0xcc9e2d51n;
    return ((product << 15n) | ((product & MASK) >> 17n)) * 0x1b873593n;
  };
  const whole = codes.length & ~3;
  let hash = 0n;
  for (let i = 0; i < whole; i += 4) {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = codes.slice(i, i + 4);
    hash ^= scramble((a & 0xffn) | ((b & 0xffn) << 8n) | ((c & 0xffn) << 16n) | (d << 24n));
    hash = ((hash << 13n) | ((hash & MASK) >> 19n)) * 5n + 0xe6546b64n;
  }
  const tail = codes.slice(whole).reduce((sum, code, i) => sum | ((code & 0xffn) << BigInt(8 * i)), 0n);
  if (codes.length > whole) hash ^= scramble(tail);
  hash ^= BigInt(codes.length);
  hash ^= (hash & MASK) >> 16n;
  hash *= 0x85ebca6bn;
  hash ^= (hash & MASK) >> 13n;
  hash *= 0xc2b2ae35n;
  hash ^= (hash & MASK) >> 16n;
  return Number(BigInt.asIntN(32, hash));
}

describe('murmur3States', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });

  it('hashes a prefix and a key as Python does, whatever their lengths', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), text, (prefixes, key) => {
        const states = murmur3States(prefixes);
        const length = loadCodePoints(key);
        states.prepare(length);
        for (const [i, prefix] of prefixes.entries()) expect(states.hash(i, length)).toBe(unbounded(prefix + key));
      }),
    );
  });

  it('does not take what an earlier key left in the buffer for a part of this one', () => {
    const states = murmur3States(['a', 'ab', 'abc', 'abcd']);
    loadCodePoints('y'.repeat(100));
    const length = loadCodePoints('key');
    states.prepare(length);
    for (const [i, prefix] of ['a', 'ab', 'abc', 'abcd'].entries()) {
      expect(states.hash(i, length)).toBe(unbounded(`${prefix}key`));
    }
  });
});
