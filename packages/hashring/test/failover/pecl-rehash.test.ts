import { crc32 as zlibCrc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { peclRehash } from '../../src/failover/pecl-rehash.ts';
import { crc32 } from '../../src/hashes/crc32.ts';

function attempts(prefix: string, key: string, count: number): number[] {
  return Array.from(peclRehash(crc32, Buffer.from(prefix), key, count), (hash) => hash >>> 0);
}

describe("PECL memcache's attempts", () => {
  it('are the prepared key, then with -0, -1 and so on behind it', () => {
    const texts = ['p:a_b', ...Array.from({ length: 12 }, (_, i) => `p:a_b-${i}`)];
    expect(attempts('p:', 'a b', 12)).toEqual(texts.map((text) => zlibCrc32(text)));
  });

  it('are only the first where no more are allowed', () => {
    expect(attempts('', 'key', 0)).toEqual([zlibCrc32('key')]);
  });

  it('number a key that was cut without cutting it again', () => {
    expect(attempts('', 'k'.repeat(300), 1)[1]).toBe(zlibCrc32(`${'k'.repeat(250)}-0`));
  });
});
