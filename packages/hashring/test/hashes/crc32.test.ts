import { crc32 as zlibCrc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { crc32 } from '../../src/hashes/crc32.ts';
import { loadKey } from '../../src/keys/key-buffer.ts';

describe('crc32', () => {
  it.each(['', 'a', 'key:0', 'é', 'a\uD800b', '漢字'.repeat(3000), 'x'.repeat(5001)])(
    'agrees with zlib on %.20j',
    (key) => {
      expect(crc32.key(key) >>> 0).toBe(zlibCrc32(Buffer.from(key)));
      expect(crc32.key(Buffer.from(key)) >>> 0).toBe(zlibCrc32(Buffer.from(key)));
    },
  );

  it('agrees with zlib around every length at which it goes another way', () => {
    for (const length of [0, 1, 2, 3, 4, 63, 64, 65, 66, 67, 255, 256, 257, 5000]) {
      for (const text of ['k'.repeat(length), `${'k'.repeat(length)}é\uD800`]) {
        const expected = zlibCrc32(Buffer.from(text)) | 0;
        expect(crc32.key(text), `${text.length} units`).toBe(expected);
        expect(crc32.key(Buffer.from(text)), `${text.length} units as bytes`).toBe(expected);
        expect(crc32.buffered(loadKey(text)), `${text.length} units, loaded`).toBe(expected);
      }
    }
  });

  it.each([1, null, undefined, [], new Int32Array(5000), Array.from({ length: 5000 })])('refuses the key %j', (key) => {
    expect(() => crc32.key(key as unknown as string)).toThrow('a key must be a string or a Uint8Array');
  });
});
