import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { md5 } from '../src/md5.ts';

function hex(key: string | Uint8Array): string {
  const digest = Buffer.alloc(16);
  for (const [i, word] of md5(key).entries()) digest.writeInt32LE(word, i * 4);
  return digest.toString('hex');
}

describe('md5', () => {
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
    [
      '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
      '57edf4a22be3c955ac49da2e2107b67a',
    ],
  ])('gives the digest of the RFC for %j', (text, digest) => {
    expect(hex(text)).toBe(digest);
  });

  it('agrees with OpenSSL for every length around the ends of blocks', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Buffer.alloc(length, 0x80 + (length % 64));
      expect(hex(bytes), `${length} bytes`).toBe(createHash('md5').update(bytes).digest('hex'));
      const text = 'x'.repeat(length);
      expect(hex(text), `${length} letters`).toBe(createHash('md5').update(text).digest('hex'));
    }
  });

  it('hashes a string that outgrows its buffer as UTF-8', () => {
    const text = 'é€😀'.repeat(5000);
    expect(hex(text)).toBe(createHash('md5').update(text).digest('hex'));
  });

  it('reads a lone surrogate as U+FFFD, as Buffer does', () => {
    expect(hex('a\uD800b')).toBe(createHash('md5').update('a\uFFFDb').digest('hex'));
  });
});
