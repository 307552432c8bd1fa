import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { digest as words, md5, md5Buffered } from '../../src/hashes/md5.ts';
import { loadKey } from '../../src/keys/key-buffer.ts';

function hex(key: string | Uint8Array): string {
  const digest = Buffer.alloc(16);
  md5Buffered(loadKey(key));
  for (const [i, word] of words.entries()) digest.writeInt32LE(word, i * 4);
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

  it('gives the first word of the digest for a key, whatever its length', () => {
    const lengths = [...Array.from({ length: 300 }, (_, i) => i), 1534, 1535, 1536, 1537, 5000, 100_000];
    for (const length of lengths) {
      for (const text of ['x'.repeat(length), `${'x'.repeat(length)}é\uD800`]) {
        const expected = createHash('md5').update(text).digest().readInt32LE(0);
        expect(md5.key(text), `${text.length} units`).toBe(expected);
        expect(md5.key(Buffer.from(text)), `${text.length} units as bytes`).toBe(expected);
        expect(md5.buffered(loadKey(text)), `${text.length} units, loaded`).toBe(expected);
      }
    }
  });

  it('reads nothing of the longer key before', () => {
    md5.key('\u00FF'.repeat(200));
    expect(md5.key('abc')).toBe(createHash('md5').update('abc').digest().readInt32LE(0));
  });

  it.each([1, null, undefined, [], { length: 5000 }, Array.from({ length: 5000 })])('refuses the key %j', (key) => {
    expect(() => md5.key(key as string)).toThrow('a key must be a string or a Uint8Array');
  });
});
