import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { half } from '../../src/hashes/hash64.ts';
import { loadKey } from '../../src/keys/key-buffer.ts';
import { readUint64 } from '../../src/keys/uint64-key.ts';

const read = (key: string): bigint => {
  readUint64(0, loadKey(key));
  return (BigInt(half[1]! >>> 0) << 32n) | BigInt(half[0]! >>> 0);
};

it('reads every number below 2^64, also with zeros in front', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat({ max: 30 }), (value, zeros) => {
      expect(read('0'.repeat(zeros) + String(value))).toBe(value);
    }),
    { numRuns: 1000 },
  );
});

it.each(['0', '4294967295', '4294967296', '18446744073709551615'])('reads %s', (key) => {
  expect(read(key)).toBe(BigInt(key));
});

it.each([
  '',
  '-1',
  '+1',
  '1.5',
  '1e3',
  ' 1',
  'key',
  '18446744073709551616',
  '18446744073709551619',
  '99999999999999999999',
])('refuses %o by name', (key) => {
  expect(() => read(key)).toThrow(
    new RangeError(`a key must be a decimal number below 2^64, got ${JSON.stringify(key)}`),
  );
});
