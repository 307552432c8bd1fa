import { describe, expect, it } from 'vitest';

import { bytes } from '../../src/keys/key-buffer.ts';
import { loadPeclKey } from '../../src/keys/pecl-key.ts';

function prepare(prefix: string, key: string): Buffer {
  return Buffer.from(bytes.subarray(0, loadPeclKey(Buffer.from(prefix), key)));
}

describe('the key that PECL memcache prepares', () => {
  it('is the key itself where that is plain', () => {
    expect(prepare('', 'user:42').toString()).toBe('user:42');
    expect(prepare('', 'schlüssel').toString()).toBe('schlüssel');
  });

  it('has an underscore for each control character and space, but not for DEL', () => {
    expect(prepare('', 'a b\tc\nd\u0000e\u001f\u007f').toString()).toBe('a_b_c_d_e_\u007f');
  });

  it('has its prefix in front, prepared in the same way', () => {
    expect(prepare('my app:', 'user 42').toString()).toBe('my_app:user_42');
  });

  it('is cut to 250 bytes, prefix and all, also within a character', () => {
    expect(prepare('', 'k'.repeat(251)).toString()).toBe('k'.repeat(250));
    expect(prepare('p:', 'k'.repeat(249)).toString()).toBe(`p:${'k'.repeat(248)}`);
    expect(prepare('', `a${'é'.repeat(125)}`)).toEqual(Buffer.from(`a${'é'.repeat(125)}`).subarray(0, 250));
  });
});
