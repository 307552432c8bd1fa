import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { sha1, sha1Digest } from '../../src/hashes/sha1.ts';
import { sha256, sha256Digest } from '../../src/hashes/sha256.ts';

describe.each([
  ['sha1', sha1, sha1Digest],
  ['sha256', sha256, sha256Digest],
] as const)('%s', (name, hash, words) => {
  const hex = (key: string | Uint8Array): string => {
    const digest = Buffer.alloc(words.length * 4);
    hash.key(key);
    for (const [i, word] of words.entries()) digest.writeInt32BE(word, i * 4);
    return digest.toString('hex');
  };

  it('agrees with OpenSSL for every length around the ends of blocks', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Buffer.alloc(length, 0x80 + (length % 64));
      expect(hex(bytes), `${length} bytes`).toBe(createHash(name).update(bytes).digest('hex'));
    }
  });

  it('hashes text as UTF-8, also beyond what its buffer holds', () => {
    const text = 'é€😀'.repeat(5000);
    expect(hex(text)).toBe(createHash(name).update(text).digest('hex'));
  });

  it('has the first big-endian word as its value', () => {
    expect(hash.key('key')).toBe(createHash(name).update('key').digest().readInt32BE());
  });
});
