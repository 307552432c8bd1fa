import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareStreamIds, isStreamId, streamIdTimeMs } from '../src/operation/stream-id.ts';

const part = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('compareStreamIds', () => {
  it('orders ids as Redis does, over the whole range of 64 bits', () => {
    fc.assert(
      fc.property(part, part, part, part, (ms1, seq1, ms2, seq2) => {
        const expected =
          ms1 === ms2 ? Number(seq1 > seq2) - Number(seq1 < seq2) : Number(ms1 > ms2) - Number(ms1 < ms2);
        expect(Math.sign(compareStreamIds(`${ms1}-${seq1}`, `${ms2}-${seq2}`))).toBe(expected);
      }),
    );
  });
});

describe('isStreamId', () => {
  it.each(['0-0', '1763719437000-0', '18446744073709551615-18446744073709551615'])('takes %s', (text) => {
    expect(isStreamId(text)).toBe(true);
  });

  it.each(['', '1', '1-', '-1', '01-0', '1-00', '1-2-3', '1-2 ', '$', '1.5-0', '+'])('refuses "%s"', (text) => {
    expect(isStreamId(text)).toBe(false);
  });
});

describe('streamIdTimeMs', () => {
  it('is the wall-clock time of the id', () => {
    expect(streamIdTimeMs('1763719437000-12')).toBe(1_763_719_437_000);
  });
});
