import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { littleEndianDigests } from '../../src/hashes/little-endian-digests.ts';
import { digestPoints } from '../../src/points/digest-points.ts';
import { textPoints } from '../../src/points/text-points.ts';

describe('digestPoints', () => {
  it.each([
    ['md5', 3],
    ['sha1', 5],
    ['sha256', 8],
  ] as const)('takes from %s the first %d words of each digest', (name, each) => {
    const out = new Uint32Array(3 * each);
    digestPoints(littleEndianDigests[name], each).write('10.0.0.1:11211', each * 9, each * 12, out);
    const expected = [9, 10, 11].flatMap((i) => {
      const digest = createHash(name).update(`10.0.0.1:11211-${i}`).digest();
      return Array.from({ length: each }, (_, word) => digest.readUInt32LE(word * 4));
    });
    expect([...out]).toEqual(expected);
  });
});

describe('textPoints', () => {
  it('hashes the label and the number as text', () => {
    const seen: unknown[] = [];
    const out = new Uint32Array(2);
    textPoints((key) => -seen.push(key)).write('é:1', 9, 11, out);
    expect(seen).toEqual(['é:1-9', 'é:1-10']);
    expect([...out]).toEqual([0xffffffff, 0xfffffffe]);
  });
});
