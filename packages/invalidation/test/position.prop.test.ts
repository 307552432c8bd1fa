import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatPosition, hasPassed, parsePosition } from '../src/position.ts';

const part = fc.oneof(
  fc.constant({ epoch: '', sequence: 0 }),
  fc.record({
    epoch: fc.stringMatching(/^[0-9a-f]{8}$/),
    sequence: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  }),
);

describe('a position', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        expect(parsePosition(formatPosition(parts), parts.length)).toEqual(parts);
      }),
    );
  });

  it('leads nowhere in a log with another number of shards, but the beginning leads to all beginnings', () => {
    expect(parsePosition('0-0', 2)).toEqual([
      { epoch: '', sequence: 0 },
      { epoch: '', sequence: 0 },
    ]);
    expect(parsePosition('aaaaaaaa-1,aaaaaaaa-2', 1)).toEqual([{ epoch: 'nowhere', sequence: 0 }]);
  });

  it.each(['', '5', '5-', '-5', '5-05', '$', '1-2-3', '+', '0-0,', 'xyz-1'])('is not %j', (text) => {
    expect(() => parsePosition(text, 1)).toThrow('a position is what publish or a follower gave');
  });

  it('is passed by a later number of its own epoch only', () => {
    const at = (epoch: string, sequence: number) => ({ epoch, sequence });
    expect(hasPassed(at('a', 5), at('a', 5))).toBe(true);
    expect(hasPassed(at('a', 4), at('a', 5))).toBe(false);
    expect(hasPassed(at('b', 9), at('a', 5))).toBe(false);
    expect(hasPassed(at('', -1), at('', 0))).toBe(true);
  });
});
