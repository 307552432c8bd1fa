import { describe, expect, it } from 'vitest';

import { loadTagged } from '../../src/keys/hash-tag.ts';
import { bytes } from '../../src/keys/key-buffer.ts';

function taggedPart(tag: string, key: string | Uint8Array): string {
  return Buffer.from(bytes.subarray(0, loadTagged(Buffer.from(tag), key))).toString();
}

describe('the part of a key that twemproxy hashes', () => {
  it.each([
    ['{}', 'user:{42}:name', '42'],
    ['{}', '{42}', '42'],
    ['{}', 'a{b}c{d}', 'b'],
    ['{}', '{{a}}', '{a'],
    ['{}', '}{a}', 'a'],
    ['$$', 'x$tag$y$z$', 'tag'],
    ['{}', 'schlüssel{ä}', 'ä'],
  ])('of tag %s and key %s is what stands between the first two', (tag, key, part) => {
    expect(taggedPart(tag, key)).toBe(part);
  });

  it.each([
    ['{}', 'plain'],
    ['{}', '{open'],
    ['{}', 'close}'],
    ['{}', '}{'],
    ['{}', 'empty{}{x}'],
    ['$$', '$one'],
    ['$$', '$$a$'],
    ['{}', ''],
  ])('of tag %s and key %s is the whole key', (tag, key) => {
    expect(taggedPart(tag, key)).toBe(key);
  });

  it('does not look behind the key at what an earlier one left there', () => {
    taggedPart('{}', 'aaaaaaaaaa}');
    expect(taggedPart('{}', '{a')).toBe('{a');
  });

  it('may be made of two bytes of one character', () => {
    expect(taggedPart('é', Uint8Array.of(1, 0xc3, 7, 8, 0xa9, 2))).toBe('\u0007\b');
  });
});
