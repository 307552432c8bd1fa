import { crc32 } from 'node:zlib';

import { expect, it } from 'vitest';

import { addedRehash } from '../../src/failover/added-rehash.ts';

it('adds the 15-bit CRC of 1 and the key, of 2 and the key and so on to that of the key', () => {
  const key = 'schlüssel:42';
  const expected: number[] = [];
  for (let attempt = 0, sum = 0; attempt < 25; attempt++) {
    sum += (crc32(attempt === 0 ? key : `${attempt}${key}`) >>> 16) & 0x7fff;
    expected.push(sum);
  }
  for (const form of [key, Buffer.from(key)]) {
    const hashes = addedRehash(form)[Symbol.iterator]();
    expect(expected.map(() => hashes.next().value)).toEqual(expected);
  }
});
