import { expect, it } from 'vitest';

import { encodeBinaryKey, encodeKey, isPlainKey } from '../../src/driver/key.ts';

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

it('leaves plain keys plain for a driver of binary keys', () => {
  expect(encodeBinaryKey('user:1')).toBe('user:1');
  expect(encodeBinaryKey('grün')).toBe(encodeKey('grün'));
  expect(encodeBinaryKey('k'.repeat(250))).toBe('k'.repeat(250));
});

it('puts bytes that are no text into base64 with its flag', () => {
  expect(encodeBinaryKey(Buffer.from([0, 1, 2, 3, 4]))).toBe('AAECAwQ= b');
  expect(encodeBinaryKey('a b')).toBe('YSBi b');
  expect(encodeBinaryKey('ü b')).toBe(`${Buffer.from('ü b').toString('base64')} b`);
  expect(encodeBinaryKey(Buffer.alloc(186))).toHaveLength(248 + 2);
});

it.each([
  ['', 'the key "" is empty'],
  [Buffer.alloc(187), `the key "${'?'.repeat(40)}…" has 187 bytes, more than 186 that are no text`],
  [' '.repeat(1000), `the key "${'?'.repeat(40)}…" has 1000 bytes, more than 186 that are no text`],
  ['k'.repeat(251), `the key "${'k'.repeat(40)}…" has 251 bytes, more than 250`],
])('refuses a binary key that is empty or too long (%#)', (key, message) => {
  expect(() => encodeBinaryKey(key)).toThrow(expect.objectContaining({ code: 'ERR_MEMCACHE_BAD_KEY', message }));
});

it.each([new Uint8Array([107]), 5, undefined, { toString: () => 'k' }])('refuses %j as a key', (key) => {
  for (const encode of [encodeKey, encodeBinaryKey]) {
    expect(() => encode(key as never)).toThrow(`a key must be a string or a Buffer, got ${typeof key}`);
  }
});

it('takes a key for plain only when it is its own wire form for every encoder', () => {
  const keys = Array.from({ length: 256 }, (_, byte) => Buffer.from([0x61, byte, 0x61]));
  const plain = keys.filter(isPlainKey);
  expect(plain.map((key) => key[1])).toEqual(Array.from({ length: 0x7f - 0x21 }, (_, index) => 0x21 + index));
  const texts = plain.map((key) => key.toString('latin1'));
  expect([plain.map(encodeKey), plain.map(encodeBinaryKey)]).toEqual([texts, texts]);
  expect(['', 'k'.repeat(250), 'k'.repeat(251)].map((key) => isPlainKey(Buffer.from(key)))).toEqual([
    false,
    true,
    false,
  ]);
  expect(isPlainKey('text')).toBe(false);
});
