import { expect, it } from 'vitest';

import { ReplyParser } from '../src/reply-parser.ts';
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
  'VALUE a 0 1\r\nx\r\nEND\r\n',
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

it('copies a small value out of a large chunk, so that it does not hold the chunk in memory', () => {
  const values: Buffer[] = [];
  const parser = new ReplyParser({ maxValueBytes: 1024, onReply: ({ value }) => void (value && values.push(value)) });
  const chunk = Buffer.from('VA 3 f0 O1\r\nabc\r\n'.repeat(100));
  parser.push(chunk);
  chunk.fill(0);
  expect(values).toHaveLength(100);
  expect(values.every((value) => value.toString() === 'abc')).toBe(true);
});
