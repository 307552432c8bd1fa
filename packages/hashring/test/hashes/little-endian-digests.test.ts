import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { littleEndianDigests } from '../../src/hashes/little-endian-digests.ts';

describe.each(['md5', 'sha1', 'sha256'] as const)('the little-endian words of %s', (name) => {
  const { key, words } = littleEndianDigests[name];

  it.each(['', 'key', 'é', 'x'.repeat(100)])('of %j are those of OpenSSL', (text) => {
    const digest = createHash(name).update(text).digest();
    expect(key(text)).toBe(digest.readInt32LE());
    expect([...words]).toEqual(Array.from(words, (_, i) => digest.readInt32LE(i * 4)));
    expect(words).toHaveLength(digest.length / 4);
  });
});
