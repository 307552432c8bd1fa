import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { dalliKey } from '../../src/keys/dalli-key.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('dalliKey', () => {
  it('leaves a key of up to 250 characters as it is', () => {
    expect(dalliKey('', 'x'.repeat(250))).toBe('x'.repeat(250));
    expect(dalliKey('ns:', 'x'.repeat(247))).toBe(`ns:${'x'.repeat(247)}`);
  });

  it('counts characters, not bytes or UTF-16 units', () => {
    expect(dalliKey('', '😀'.repeat(250))).toBe('😀'.repeat(250));
    expect(dalliKey('', Buffer.from('漢'.repeat(250)))).toBe('漢'.repeat(250));
  });

  it('shortens a longer one to 249 characters, and to 250 with a namespace', () => {
    const long = `${'😀'.repeat(212)}${'x'.repeat(39)}`;
    expect(dalliKey('', long)).toBe(`${'😀'.repeat(212)}:md5:${md5(long)}`);
    expect(dalliKey('ns:', long)).toBe(`ns:${'😀'.repeat(210)}:md5:${md5(`ns:${long}`)}`);
    expect(dalliKey('', 'x'.repeat(251))).toHaveLength(249);
    expect(dalliKey('ns:', 'x'.repeat(248))).toHaveLength(250);
  });
});
