import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { md5BigEndian } from '../../src/hashes/md5-big-endian.ts';
import { md5Hex } from '../../src/hashes/md5-hex.ts';

describe.each(['', 'key', 'é漢😀', 'x'.repeat(300)])('of %j', (text) => {
  const digest = createHash('md5').update(text).digest();

  it('md5Hex is the digest as hexadecimal digits', () => {
    expect(md5Hex(text)).toBe(digest.toString('hex'));
    expect(md5Hex(Buffer.from(text))).toBe(digest.toString('hex'));
  });

  it('md5BigEndian is the first eight of them as a number', () => {
    expect(md5BigEndian.key(text) >>> 0).toBe(Number.parseInt(digest.toString('hex').slice(0, 8), 16));
  });
});
