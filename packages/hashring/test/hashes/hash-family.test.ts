import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { crc32cFamily } from '../../src/hashes/crc32c-family.ts';
import { hashFamilies } from '../../src/hashes/hash-family.ts';

const families = [...Object.values(hashFamilies), crc32cFamily];

describe.each(families)('$name', (family) => {
  const keyOf = (index: number): string => (family.name === 'crc32c' ? `${index * 7},${index * 31}` : String(index));

  it('spreads the keys over any number of buckets, also when hashed again for one', () => {
    for (const count of [3, 10, 64]) {
      const first = new Set<number>();
      const again = new Set<number>();
      for (let i = 0; i < 2000; i++) {
        family.hash(keyOf(i));
        first.add(family.first(count));
        again.add(family.again(5, count));
      }
      const all = new Set(Array.from({ length: count }, (_, bucket) => bucket));
      expect(first).toEqual(all);
      expect(again).toEqual(all);
    }
  });

  it('hashes keys of one bucket to all buckets again', () => {
    const again = new Set<number>();
    for (let i = 0; i < 5000; i++) {
      family.hash(keyOf(i));
      if (family.first(10) === 4) again.add(family.again(4, 9));
    }
    expect(again.size).toBe(9);
  });
});

describe('md5', () => {
  const digest = (...parts: readonly (string | Buffer)[]): number => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest().readUInt32BE(0);
  };

  it('hashes the key with the number of the bucket behind it, and for bucket 0 the key alone', () => {
    hashFamilies.md5.hash('schlüssel');
    const count = 2 ** 31 - 1;
    expect(hashFamilies.md5.first(count)).toBe(digest('schlüssel') % count);
    expect(hashFamilies.md5.again(0, count)).toBe(digest('schlüssel') % count);
    expect(hashFamilies.md5.again(1, count)).toBe(digest('schlüssel', Buffer.from([0, 0, 0, 1])) % count);
    expect(hashFamilies.md5.again(0x01020304, count)).toBe(digest('schlüssel', Buffer.from([1, 2, 3, 4])) % count);
  });
});

describe('crc32c', () => {
  it.each(['1', '1,', ',1', '1;2', 'a,b', ''])('refuses %o, which is not two numbers', (key) => {
    expect(() => crc32cFamily.hash(key)).toThrow('a key must be a decimal number below 2^64');
  });
});
