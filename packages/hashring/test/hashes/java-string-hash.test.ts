import { describe, expect, it } from 'vitest';

import { javaStringHash } from '../../src/hashes/java-string-hash.ts';

describe('javaStringHash', () => {
  // Computed by Java 17.
  it.each([
    ['', 0],
    ['hello', 99_162_322],
    ['polygenelubricants', -2_147_483_648],
    ['é😀', 1_996_812],
  ])('is what String.hashCode() is: %j gives %d', (text, hash) => {
    expect(javaStringHash(text)).toBe(hash);
    expect(javaStringHash(Buffer.from(text))).toBe(hash);
  });
});
