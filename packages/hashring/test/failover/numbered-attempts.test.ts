import { describe, expect, it } from 'vitest';

import { numberedAttempts } from '../../src/failover/numbered-attempts.ts';
import { spymemcachedAttempts } from '../../src/failover/spymemcached-attempts.ts';
import { crc32 } from '../../src/hashes/crc32.ts';

describe('numberedAttempts', () => {
  it('hashes the key with the number of the attempt in front', () => {
    const expected = Array.from({ length: 12 }, (_, i) => crc32.key(`${i}kéy`));
    expect([...numberedAttempts(crc32, 'kéy', 12)]).toEqual(expected);
    expect([...numberedAttempts(crc32, Buffer.from('kéy'), 12)]).toEqual(expected);
  });
});

describe('spymemcachedAttempts', () => {
  it('adds the hashes of the key with a number in front, seven values in all', () => {
    const values = [...spymemcachedAttempts(crc32.key, 'key')].map((value) => value >>> 0);
    let sum = BigInt(crc32.key('key') >>> 0);
    const expected = [Number(sum)];
    for (let i = 0; i < 6; i++) {
      sum = BigInt.asUintN(32, sum + BigInt(crc32.key(`${i}key`)));
      expected.push(Number(sum));
    }
    expect(values).toEqual(expected);
  });
});
