import { expect, it } from 'vitest';

import { ReplyParser } from '../../src/protocol/reply-parser.ts';
import { parseAll, parseInto, recordedMeaning, recordedReplies } from './reply-streams.ts';

it('reads recorded replies in one chunk', () => {
  expect(parseAll([recordedReplies])).toEqual(recordedMeaning);
});

it('reads recorded replies cut in two at every byte', () => {
  for (let at = 0; at <= recordedReplies.length; at++) {
    expect(parseAll([recordedReplies.subarray(0, at), recordedReplies.subarray(at)])).toEqual(recordedMeaning);
  }
});

it('reads recorded replies one byte at a time', () => {
  expect(parseAll([...recordedReplies].map((byte) => Buffer.from([byte])))).toEqual(recordedMeaning);
});

it.each([
  'HDX\r\n',
  'HD O1\n',
  '\r\n',
  'VA\r\n',
  'VA x f0\r\n',
  'VA 3 f0 O1\r\nabcd\r\n',
  'VA 3 fx O1\r\nabc\r\n',
  'VA 3 f0 O1x\r\nabc\r\n',
  'VA 3 f0 c1x O1\r\nabc\r\n',
  'VA 99999999999999999999 f0\r\n',
  'hello\r\n',
  'VALUE  0 1\r\nx\r\nEND\r\n',
  'VALUE a\r\n',
  'VALUE a 0 x\r\nx\r\nEND\r\n',
  'VALUE a -1 1\r\nx\r\nEND\r\n',
  'VALUE a 0 1 7\r\nx\r\nEND\r\n',
  'VALUES a 0 1\r\nx\r\nEND\r\n',
  'VA 3 f0 tx O1\r\nabc\r\n',
  'VA 3 f0 t-2 O1\r\nabc\r\n',
  'VA 3 f0 Wx O1\r\nabc\r\n',
  'VA 3 f0 c18446744073709551616 O1\r\nabc\r\n',
])('refuses %j with ERR_MEMCACHE_PROTOCOL, and makes no reply of it', (bytes) => {
  const code = expect.objectContaining({ code: 'ERR_MEMCACHE_PROTOCOL' });
  const whole: string[] = [];
  expect(() => parseInto(whole, [Buffer.from(bytes)])).toThrow(code);
  const split: string[] = [];
  expect(() =>
    parseInto(
      split,
      [...Buffer.from(bytes)].map((byte) => Buffer.from([byte])),
    ),
  ).toThrow(code);
  expect([whole, split]).toEqual([[], []]);
});

it('refuses a line that never ends and a value above the bound', () => {
  const code = expect.objectContaining({ code: 'ERR_MEMCACHE_PROTOCOL' });
  expect(() => parseAll([Buffer.alloc(3000, 'a'), Buffer.alloc(3000, 'a')])).toThrow(code);
  expect(() => parseAll([Buffer.from('VA 11 f0\r\n')], 10)).toThrow(code);
});

it('copies small values out of a large chunk, so that they do not hold the chunk in memory', () => {
  const values: Buffer[] = [];
  const parser = new ReplyParser({ maxValueBytes: 1024, onReply: ({ value }) => void (value && values.push(value)) });
  const chunk = Buffer.from('VA 3 f0 O1\r\nabc\r\n'.repeat(3000));
  parser.push(chunk);
  chunk.fill(0);
  expect(values).toHaveLength(3000);
  expect(values.every((value) => value.toString() === 'abc')).toBe(true);
  expect(Math.max(...values.map((value) => value.buffer.byteLength))).toBeLessThanOrEqual(8192);
});

it('never has a value hold more than 16 times its size in memory, or a block of 8 KiB', () => {
  const sizes = [1, 100, 3000, 7000, 8192, 9000, 20_000];
  for (const chunkBytes of [100, 5000, 9000, 40_000, 65_536]) {
    const values: Buffer[] = [];
    const parser = new ReplyParser({
      maxValueBytes: 65_536,
      onReply: ({ value }) => void (value && values.push(value)),
    });
    const stream = sizes.concat(sizes).map((size) => `VA ${size} f0 O1\r\n${String(size % 10).repeat(size)}\r\n`);
    const bytes = Buffer.from(stream.join(''));
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      // Its own memory, as what a socket reads.
      const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes.length - at));
      bytes.copy(chunk, 0, at);
      parser.push(chunk);
    }
    expect(values.map((value) => value.length)).toEqual(sizes.concat(sizes));
    expect(values.every((value) => value.every((byte) => byte === 0x30 + (value.length % 10)))).toBe(true);
    const excess = values.filter(({ length, buffer }) => buffer.byteLength > Math.max(8192, 16 * length));
    expect(excess.map(({ length }) => length)).toEqual([]);
  }
});
