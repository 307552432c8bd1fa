import { describe, expect, it } from 'vitest';

import { prefixKey } from '../../src/keys/prefix-key.ts';

describe('prefixKey', () => {
  it('puts text in front of text and of bytes', () => {
    expect(prefixKey('12', 'é')).toBe('12é');
    expect(prefixKey('12', Uint8Array.of(0xff, 0))).toEqual(Uint8Array.of(0x31, 0x32, 0xff, 0));
  });
});
