import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FENCING_TOKEN_HEADER, formatFencingToken, parseFencingToken } from '../../src/index.ts';

describe('the header of a fencing token', () => {
  it('brings every token back', () => {
    expect(FENCING_TOKEN_HEADER).toBe('Lockstep-Fencing-Token');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (token) => {
        expect(parseFencingToken(formatFencingToken(token))).toBe(token);
      }),
    );
  });

  it.each([0, -1, 1.5, NaN, 2 ** 53, '7' as never])('does not format %s', (token) => {
    expect(() => formatFencingToken(token)).toThrow('a fencing token is a whole number');
  });

  it.each([
    undefined,
    '',
    '0',
    '07',
    '-7',
    '+7',
    '7.0',
    '7, 7',
    ' 7',
    '7\n',
    '0x7',
    '7e3',
    '٧',
    '9007199254740992',
    ['7', '7'],
  ])('does not parse %j', (value) => {
    expect(parseFencingToken(value)).toBeUndefined();
  });
});
