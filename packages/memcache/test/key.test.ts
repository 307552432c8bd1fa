import { expect, it } from 'vitest';

import { encodeKey } from '../src/key.ts';

it('takes a string for its UTF-8 bytes', () => {
  expect(encodeKey('grün')).toBe(Buffer.from('grün').toString('latin1'));
  expect(encodeKey(Buffer.from([0x80, 0xff, 0x21]))).toBe('\u0080\u00ff!');
});

it('takes 250 bytes and refuses 251, counted as bytes', () => {
  expect(encodeKey('k'.repeat(250))).toHaveLength(250);
  expect(encodeKey('ü'.repeat(125))).toHaveLength(250);
  expect(() => encodeKey('k'.repeat(251))).toThrow('has 251 bytes, more than 250');
  expect(() => encodeKey('ü'.repeat(126))).toThrow('has 252 bytes, more than 250');
});

it.each([
  ['', 'the key "" is empty'],
  ['a b', 'the key "a?b" has the byte 0x20 at offset 1'],
  ['x\r\ndelete victim', 'the key "x??delete?victim" has the byte 0x0d at offset 1'],
  ['a\u007f', 'the key "a?" has the byte 0x7f at offset 1'],
  ['\0', 'the key "?" has the byte 0x00 at offset 0'],
])('refuses %j with ERR_MEMCACHE_BAD_KEY and says why', (key, message) => {
  expect(() => encodeKey(key)).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_BAD_KEY', message }));
  expect(() => encodeKey(Buffer.from(key))).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_BAD_KEY' }));
});

it('shows no more than 40 characters of a bad key', () => {
  expect(() => encodeKey('k'.repeat(300))).toThrow(`the key "${'k'.repeat(40)}…" has 300 bytes`);
});
