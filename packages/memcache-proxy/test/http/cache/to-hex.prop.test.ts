import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { toHex } from '../../../src/http/cache/to-hex.ts';

it('writes every number of 32 bits as toString does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(31), (bits, shift) => {
      expect(toHex(bits >>> shift)).toBe((bits >>> shift).toString(16));
    }),
    {
      examples: [
        [0, 0],
        [0x0a0b_0c0d, 0],
        [0xffff_ffff, 0],
      ],
    },
  );
});
