import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { npmMemcachedWireKey } from '../../src/index.ts';

describe('npmMemcachedWireKey', () => {
  it.each([
    ['plain', 'plain'],
    ['a$b$1$<c>', 'a$b$1$<c>'],
    ['a$$b', 'a$b'],
    ['$$$', '$$'],
    ['$$&', '$&'],
    ['a$&b', 'aa$&bb'],
    ["$$'", "$'"],
    ['x'.repeat(250), 'x'.repeat(250)],
  ])('%j becomes %j, as by String.replace', (key, wire) => {
    expect(npmMemcachedWireKey(key)).toBe(wire);
    expect(wire).toBe(key.replace(key, key));
  });

  it('puts the MD5 in the place of a key of more than 250 characters', () => {
    const key = '$&'.repeat(126);
    expect(npmMemcachedWireKey(key)).toBe(createHash('md5').update(key).digest('hex'));
  });

  it.each(['a$`b', "a$'b"])('refuses %j, which spoils the command', (key) => {
    expect(() => npmMemcachedWireKey(key)).toThrow(`npm memcached cannot use a key with ${key.slice(1, 3)}: "${key}"`);
  });
});
