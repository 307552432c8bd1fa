import { describe, expect, it } from 'vitest';

import { crc32 } from '../../src/hashes/crc32.ts';
import { prefixedHash } from '../../src/hashes/prefixed-hash.ts';

describe('prefixedHash', () => {
  it('hashes keys with the prefix in front, text and bytes', () => {
    const { key } = prefixedHash(crc32, 'é:');
    expect(key('kéy')).toBe(crc32.key('é:kéy'));
    expect(key(Buffer.from('kéy'))).toBe(crc32.key('é:kéy'));
  });

  it('is the hash itself without a prefix, and has another id with one', () => {
    expect(prefixedHash(crc32, '')).toEqual({ key: crc32.key, id: 'crc32' });
    expect(prefixedHash(crc32, 'a').id).not.toBe(prefixedHash(crc32, 'b').id);
  });
});
