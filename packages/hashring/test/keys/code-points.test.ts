import { describe, expect, it } from 'vitest';

import { loadCodePoints } from '../../src/keys/code-points.ts';
import { bytes } from '../../src/keys/key-buffer.ts';

describe('loadCodePoints', () => {
  it.each([
    '',
    'ascii',
    'é',
    '漢字',
    'a😀b',
    '\u{10ffff}',
    '\ud800',
    '\udc00x',
    '\ud83d\ud83d\ude00',
    '\ud83d\uffee',
    'é'.repeat(9000),
  ])('leaves the lowest byte of each code point of %j', (text) => {
    const expected = Array.from(text, (character) => character.codePointAt(0)! & 0xff);
    expect(loadCodePoints(text)).toBe(expected.length);
    expect([...bytes.subarray(0, expected.length)]).toEqual(expected);
  });

  it('reads bytes as UTF-8', () => {
    expect(loadCodePoints(Buffer.from('é😀'))).toBe(2);
    expect([...bytes.subarray(0, 2)]).toEqual([0xe9, 0x00]);
  });
});
