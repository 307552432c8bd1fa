import { describe, expect, it } from 'vitest';

import { keyText } from '../../src/keys/key-text.ts';

describe('keyText', () => {
  it('returns text as it is, lone surrogates too, and decodes bytes as UTF-8', () => {
    expect(keyText('a\ud800')).toBe('a\ud800');
    expect(keyText(Buffer.from('é😀'))).toBe('é😀');
  });

  it('keeps a byte order mark at the start of bytes', () => {
    expect(keyText(Buffer.from('\ufeffkey'))).toBe('\ufeffkey');
  });

  it('refuses what is neither', () => {
    expect(() => keyText(7 as unknown as string)).toThrow('a key must be a string or a Uint8Array, got number');
  });
});
