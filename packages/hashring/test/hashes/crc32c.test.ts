import { expect, it } from 'vitest';

import { crc32cUint64 } from '../../src/hashes/crc32c.ts';

it('is CRC-32C without the inversions, for the test vectors of RFC 3720', () => {
  const zeros = [0, 1, 2, 3].reduce((crc) => crc32cUint64(crc, 0, 0), -1);
  const ones = [0, 1, 2, 3].reduce((crc) => crc32cUint64(crc, -1, -1), -1);
  const ascending = [0, 8, 16, 24].reduce((crc, start) => {
    const words = new Int32Array(Uint8Array.from({ length: 8 }, (_, index) => start + index).buffer);
    return crc32cUint64(crc, words[0]!, words[1]!);
  }, -1);
  expect([zeros, ones, ascending].map((crc) => ~crc >>> 0)).toEqual([0x8a9136aa, 0x62a8ab43, 0x46dd794e]);
});
